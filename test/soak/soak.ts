import { setTimeout as pause } from 'node:timers/promises';
import { startRedis } from '../redis/redis-server.ts';
import type { RedisServer } from '../redis/redis-server.ts';
import { startReplica } from '../redis/replica.ts';
import type { Replica } from '../redis/replica.ts';
import { waitFor } from '../redis/wait-for.ts';
import { becomesConnected } from '../redis/world.ts';
import { Chance } from './chance.ts';
import { openGround } from './ground.ts';
import type { Ground } from './ground.ts';
import { Listener } from './listener.ts';
import { Asking } from './questions.ts';
import type { SoakReport } from './report.ts';
import { Trouble } from './trouble.ts';
import { sample, Watch } from './watch.ts';

/**
 * Two replicas on one Redis, each a process of its own, in front of the five vendors, which go wrong at random all the
 * while. Listeners follow jobs to their end, others ask all that there is to ask; in the midst a replica is killed, later
 * Redis is restarted. An oracle knows what was written: each line is to come to each of its listeners once.
 */

export interface SoakOptions {
  readonly milliseconds: number;
  readonly listeners: number;
  readonly seed: number;
  /** Told how far it is. */
  readonly onProgress?: (what: string) => void;
}

const TAIL = {
  interval: '250ms',
  maxInterval: '1s',
  reorderWindow: '100ms',
  refresh: '500ms',
  drain: ['200ms', '600ms', '1500ms'],
};
const ASKING = 3;
const KILLED_AT = 0.35;
const REDIS_AT = 0.6;
const AWAY_MILLISECONDS = 2_000;
const MILLISECONDS_PER_LINE = 1_000;
/** A source may be left alone for a while at the end, and what listeners have missed has to be read. */
const PATIENCE_MILLISECONDS = 150_000;

export async function soak({ milliseconds, listeners: count, seed, onProgress }: SoakOptions): Promise<SoakReport> {
  const say = onProgress ?? ((): void => undefined);
  const chance = new Chance(seed);
  const [ground, redis] = await Promise.all([openGround(), startRedis()]);
  const configuration = {
    server: { logLevel: 'info' },
    tail: TAIL,
    redis: { url: redis.url, leaseTtl: '1s' },
    sources: ground.sources,
  };
  const start = async (): Promise<Replica> => startReplica(configuration);
  const [first, survivor] = await Promise.all([start(), start()]);
  const replicas = [first, survivor];
  const urls = replicas.map(({ url }) => url);
  await Promise.all(replicas.map(becomesConnected));
  const ids = ground.jobs.map(({ id }) => id);
  for (const job of ground.jobs) job.begin();
  await warmUp(urls, ids);
  const before = await sample(survivor);

  const listeners = Array.from(
    { length: count },
    (_, index) => new Listener(ids[index % ids.length] ?? '', urls, index),
  );
  await waitFor('all listeners are live', () => listeners.every(({ isLive }) => isLive), PATIENCE_MILLISECONDS);
  say('all listeners are live');
  const watch = new Watch(survivor);
  const writing = keepWriting(ground, chance);
  const asking = new Asking(chance, urls, ids);
  const questions = Array.from({ length: ASKING }, () => asking.run());
  const trouble = new Trouble(chance, ground.vendors, milliseconds);
  const begun = performance.now();
  const until = async (part: number): Promise<void> => {
    await pause(Math.max(0, begun + part * milliseconds - performance.now()));
  };

  await until(KILLED_AT);
  first.signal('SIGKILL');
  say('a replica is killed');
  await pause(AWAY_MILLISECONDS);
  const replacement = await start();
  replicas.push(replacement);
  urls[0] = replacement.url;
  await until(REDIS_AT);
  await restart(redis);
  say('Redis is restarted');
  await until(1);

  await trouble.stop();
  await writing.stop();
  for (const job of ground.jobs) job.finish();
  say('all is well, and the jobs are finished');
  const rows = listeners.map((listener, index) => ({
    listener,
    written: ground.jobs[index % ground.jobs.length]?.written ?? 0,
  }));
  // Some vendors' jobs have no end.
  const waiting = (): typeof rows =>
    rows.filter(({ listener, written }) => !listener.isOver && listener.received < written);
  await waitFor('all lines have come', () => waiting().length === 0, PATIENCE_MILLISECONDS).catch(() => {
    asking.wrong.push(...waiting().map(({ listener }) => `it has not all lines: ${listener.toString()}`));
  });
  say('all lines have come, or will not come');
  asking.stop();
  await Promise.all(questions);
  say('nobody asks any more');
  await watch.stop();
  for (const listener of listeners) listener.leave();
  await Promise.all(listeners.map(({ done }) => done));
  say('all listeners have left');
  const leftovers = await atRest([survivor, replacement]);
  const after = await settled(survivor, before.openFiles);
  const logs = replicas.map((replica) => replica.log());
  await Promise.all([...replicas.map((replica) => replica.close()), redis.close(), ground.close()]);
  return { milliseconds, seed, ground, rows, asking, trouble, watch, before, after, leftovers, logs };
}

/** Every way of asking, once: what is made at first use is there. */
async function warmUp(urls: readonly string[], ids: readonly string[]): Promise<void> {
  const query = `query ($jobs: [ID!]!) { jobs(first: 50) { nodes { id status attempts(first: 1) { nodes { key } }
    logs(first: 5) { nodes { message } } } } logs(jobs: $jobs, first: 100) { nodes { message } totalCount } }`;
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query, variables: { jobs: ids } });
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(
      urls.map(async (url) => (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).text()),
    );
  }
}

function keepWriting({ jobs }: Ground, chance: Chance): { stop(): Promise<void> } {
  const over = new AbortController();
  const done = Promise.all(
    jobs.map(async (job) => {
      while (!over.signal.aborted) {
        job.write();
        await pause(chance.between(0.2, 1.8) * MILLISECONDS_PER_LINE);
      }
    }),
  );
  return {
    async stop() {
      over.abort();
      await done;
    },
  };
}

async function restart(redis: RedisServer): Promise<void> {
  await redis.kill();
  await pause(AWAY_MILLISECONDS);
  await redis.start();
}

/** What is still under way when no client asks for anything. */
const AT_REST = ['tributary_tail_jobs', 'tributary_tail_subscribers', 'tributary_graphql_subscriptions'];

async function atRest(replicas: readonly Replica[]): Promise<readonly string[]> {
  const busy = async (): Promise<string[]> => {
    const all = await Promise.all(
      replicas.flatMap((replica) => AT_REST.map(async (name) => [name, await replica.metric(name)] as const)),
    );
    return all.filter(([, value]) => value !== 0).map(([name, value]) => `${name} is ${value}`);
  };
  await waitFor('nothing is under way', async () => (await busy()).length === 0).catch(() => undefined);
  return busy();
}

/** Unneeded connections are closed after a while. */
async function settled(replica: Replica, openFiles: number): Promise<SoakReport['after']> {
  const isSettled = async (): Promise<boolean> => (await sample(replica)).openFiles <= openFiles + 4;
  await waitFor('connections are closed', isSettled, 40_000).catch(() => undefined);
  return sample(replica);
}
