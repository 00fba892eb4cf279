import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startReplica } from '../redis/replica.ts';
import type { Replica } from '../redis/replica.ts';
import type { Subscriber } from '../redis/subscriber.ts';
import { waitFor } from '../redis/wait-for.ts';
import { closeWorlds, expectCallPerPoll, haveEverything, openServices } from '../redis/world.ts';

const SERVER = { logLevel: 'info', workers: 2, persistedQueries: { automatic: true } };

/** Posts over a connection of its own, so that any worker may get it. */
async function post(url: string, body: unknown): Promise<unknown> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    request(`${url}/graphql`, { method: 'POST', agent: false, headers }, resolve)
      .on('error', reject)
      .end(JSON.stringify(body));
  });
  return JSON.parse(await text(response));
}

const times = (haystack: string, needle: string): number => haystack.split(needle).length - 1;

describe('a service with two workers', () => {
  let world: Awaited<ReturnType<typeof openServices>>;
  let service: Replica;
  let subscribers: readonly Subscriber[];

  /** The process of that worker that was started last. */
  function processOf(worker: number): number {
    const started = service.log().match(new RegExp(`"worker":${worker},"pid":\\d+`, 'g'));
    return Number(started?.at(-1)?.split(':').at(-1));
  }

  async function counted(name: string): Promise<number> {
    const all = await (await fetch(`${service.url}/metrics`)).text();
    return Number(all.split(`\n${name} `)[1]?.split('\n')[0]);
  }

  beforeAll(async () => {
    world = await openServices(1, { server: SERVER });
    [service] = world.replicas;
    subscribers = await world.subscribe(8, 0);
    world.flow();
  });

  afterAll(closeWorlds);

  test('polls a job once for the subscribers of both', async () => {
    await waitFor('one leads and one follows', async () => {
      const [leading, following] = [
        await counted('tributary_tail_jobs_leading'),
        await counted('tributary_tail_jobs_following'),
      ];
      return leading === 1 && following === 1;
    });
    await world.nextLineReaches(subscribers);
    await expectCallPerPoll(world.vendor, () => counted('tributary_tail_polls_total'));
  });

  test('takes persisted queries from a client that meets now one worker and now the other', async () => {
    const query = '{ sources { name } }';
    const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') };
    for (let round = 0; round < 6; round += 1) {
      const first = await post(service.url, { extensions: { persistedQuery } });
      const answer = JSON.stringify(first).includes('PersistedQueryNotFound')
        ? await post(service.url, { query, extensions: { persistedQuery } })
        : first;
      expect(answer).toEqual({ data: { sources: [{ name: 'one' }] } });
    }
  });

  test('reads its configuration again in both, and refuses one that cannot be used, once', async () => {
    const { sources } = world.configuration;
    await service.configure({
      ...world.configuration,
      limits: { operations: 1 },
      sources: { ...sources, two: sources.one },
    });
    service.signal('SIGHUP');
    await waitFor('it is refused', () => service.log().includes('cannot be used'));
    expect(service.log()).toContain('limits.operations');
    // The host needs a restart, also of a worker that is replaced later.
    const server = { ...SERVER, host: '127.0.0.2' };
    await service.configure({ ...world.configuration, server, sources: { ...sources, two: sources.one } });
    service.signal('SIGHUP');
    await waitFor('it is used', () => service.log().includes('is in use'));
    expect(service.log()).toContain('"keys":["server.host"]');
    for (let round = 0; round < 6; round += 1) {
      expect(await post(service.url, { query: '{ sources { name } }' })).toEqual({
        data: { sources: [{ name: 'one' }, { name: 'two' }] },
      });
    }
    expect([times(service.log(), 'cannot be used'), times(service.log(), 'is in use')]).toEqual([1, 1]);
    expect(await counted('tributary_config_reloads_total{outcome="applied"}')).toBe(1);
    expect(await counted('tributary_config_reloads_total{outcome="refused"}')).toBe(1);
  });

  test('replaces a worker that is killed; its subscribers resume, and those of the other notice nothing', async () => {
    await world.nextLineReaches(subscribers);
    const opened = 'tributary_graphql_operations_total{type="subscription"}';
    const before = await counted(opened);
    expect(before).toBe(8);
    const first = processOf(1);
    process.kill(first, 'SIGKILL');
    await waitFor('another process serves', () => processOf(1) !== first);
    await world.nextLineReaches(subscribers);
    expect(await counted('tributary_worker_deaths_total')).toBe(1);
    expect(await counted('tributary_workers')).toBe(2);
    await waitFor('it is ready', async () => (await service.health()) === 'ready\n');
    // The new worker has the configuration in use, and listens where the others do.
    for (let round = 0; round < 4; round += 1) {
      expect(await post(service.url, { query: '{ sources { name } }' })).toEqual({
        data: { sources: [{ name: 'one' }, { name: 'two' }] },
      });
    }
    await expect(post(service.url.replace('127.0.0.1', '127.0.0.2'), {})).rejects.toThrow('ECONNREFUSED');
    // What the dead one had counted stays in the sum.
    const came = subscribers.filter(({ visits }) => visits > 1).length;
    expect(await counted(opened)).toBeGreaterThanOrEqual(before + came);
    world.finish();
    await haveEverything(subscribers, world.written());
    expect(came).toBeGreaterThan(0);
    expect(came).toBeLessThan(8);
  });

  test('ends with all its workers when it is asked to stop', async () => {
    const workers = [processOf(1), processOf(2)];
    await service.close();
    expect(service.code()).toBe(0);
    for (const worker of workers) expect(() => process.kill(worker, 0)).toThrow('ESRCH');
  });
});

test('a service whose workers cannot start says why once, and ends', async () => {
  const configuration = {
    server: { ...SERVER, host: '192.0.2.1', auth: { type: 'none' } },
    sources: { one: { vendor: 'nemo', baseUrl: 'http://127.0.0.1:9', workspaces: ['default'] } },
  };
  const failure = String(await startReplica(configuration).catch((error: unknown) => error));
  expect(times(failure, 'Cannot listen at 192.0.2.1 (EADDRNOTAVAIL)')).toBe(1);
});
