import { describe, expect, test } from 'vitest';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import type { NemoOptions, NemoSimulation } from '../../src/sandbox/nemo/index.ts';
import type { SandboxLine, SandboxRequest } from '../../src/sandbox/types.ts';
import { eventually, follow, hasEnded, isLive } from './follower.ts';
import type { Follower, Line } from './follower.ts';
import { inOrder } from './in-order.ts';
import { followBoth, outOfOrder, polled, TRANSPORTS, untilAll, untilAllHave } from './semantics/followers.ts';
import { point } from './semantics/points.ts';
import { stand } from './stand.ts';
import type { Stand } from './stand.ts';
import { texts } from './vendors.ts';

type Service = Stand<{ one: NemoSimulation }>;

interface Begun {
  readonly service: Service;
  readonly simulation: NemoSimulation;
  readonly key: string;
  readonly jobs: readonly string[];
  readonly first: string;
}

/** A running job of that generation, in its first attempt. */
async function begun(options: NemoOptions, tail: Parameters<typeof stand>[0]['tail'] = {}): Promise<Begun> {
  const service = await stand({
    vendors: { one: simulateNemo(options) },
    configuration: { one: { pageSize: 3, limits: { concurrency: 16 } } },
    tail,
  });
  const { simulation } = service.vendors.one;
  const key = simulation.createJob();
  return { service, simulation, key, jobs: [service.id('one', key)], first: simulation.attempts(key)[0]! };
}

/** The attempts that log calls named, in the order of the calls; null: a call that named none. */
function attemptsAsked({ vendors }: Service): (string | null)[] {
  return vendors.one.calls
    .filter(({ kind }) => kind === 'logs')
    .map(({ url }) => new URL(url, 'http://vendor').searchParams.get('attempt_id'));
}

async function ask<T>({ url }: Service, query: string, variables: Record<string, unknown>): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

function reasonOf({ events }: Follower): string | null {
  const last = events.at(-1);
  return last?.__typename === 'LogStreamEnd' ? last.reason : null;
}

describe(point(11), () => {
  test.each(TRANSPORTS)('where any attempt can be read, over %s', async (transport) => {
    const { service, simulation, key, jobs, first } = await begun({ generation: 'C' });
    const old = inOrder(5);
    simulation.write(key, old.slice(0, 2));
    const follower = follow(transport, service.url, { jobs, tail: 10 });
    await follower.until(({ lines }) => lines.length === 2);
    // All of it between two polls: what is left of the old attempt, and more than a page of the new one.
    simulation.write(key, old.slice(2));
    const second = simulation.startAttempt(key);
    const current = inOrder(7);
    simulation.write(key, current);
    await follower.until(({ lines }) => lines.length >= 12);
    // What the old attempt has said last may reach the store when the new one has begun.
    const late = [{ time: current[0]!.time - 1_000n, message: 'late' }];
    simulation.writeTo(key, first, late);
    await follower.until(({ lines }) => lines.length >= 13);
    const end = inOrder(1);
    simulation.write(key, end);
    simulation.setStatus(key, 'SUCCEEDED');
    await follower.over;
    expect([reasonOf(follower), follower.problem]).toEqual(['JOB_FINISHED', null]);
    expect(texts(follower.lines)).toEqual(texts([...old, ...current, ...late, ...end]));
    expect(follower.lines.map((line) => line.late)).toEqual([...Array<boolean>(12).fill(false), true, false]);
    expect(new Set(attemptsAsked(service))).toEqual(new Set([first, second]));
  });

  test('reads the old attempt to its end after it has seen the new one, and before it gives lines of that', async () => {
    const { service, simulation, key, jobs, first } = await begun({ generation: 'C' });
    const follower = follow('SSE', service.url, { jobs });
    await follower.until(isLive);
    const [old, current] = [inOrder(4), inOrder(1)];
    simulation.write(key, old);
    const second = simulation.startAttempt(key);
    simulation.write(key, current);
    await follower.until(({ lines }) => lines.length === 5);
    const calls = service.vendors.one.calls.map(({ kind, url }) => [
      kind,
      new URL(url, 'http://vendor').searchParams.get('attempt_id'),
    ]);
    const seen = calls.findLastIndex(([kind]) => kind === 'attempts');
    const [next] = calls.slice(seen).filter(([kind]) => kind === 'logs');
    expect(next).toEqual(['logs', first]);
    expect(calls.slice(0, seen).map(([, attempt]) => attempt)).not.toContain(second);
    expect(texts(follower.lines)).toEqual(texts([...old, ...current]));
    follower.kill();
  });

  test('gives lines the ids that the logs of the job and of the attempt give them', async () => {
    const { service, simulation, key, jobs, first } = await begun({ generation: 'C' });
    const follower = follow('WebSocket', service.url, { jobs });
    await follower.until(isLive);
    const [old, current] = [inOrder(2), inOrder(2)];
    simulation.write(key, old);
    await follower.until(({ lines }) => lines.length === 2);
    const ids = `query ($job: ID!) { node(id: $job) { ... on Job {
      logs(first: 10) { nodes { id } }
      attempts(first: 10) { nodes { key logs(first: 10) { nodes { id } } } }
    } } }`;
    interface Ids {
      readonly node: {
        readonly logs: { readonly nodes: readonly { readonly id: string }[] };
        readonly attempts: {
          readonly nodes: readonly { readonly key: string; readonly logs: Ids['node']['logs'] }[];
        };
      };
    }
    const before = await ask<Ids>(service, ids, { job: jobs[0] });
    const second = simulation.startAttempt(key);
    simulation.write(key, current);
    await follower.until(({ lines }) => lines.length === 4);
    const after = await ask<Ids>(service, ids, { job: jobs[0] });
    const received = follower.lines.map(({ id }) => ({ id }));
    expect(before.node.logs.nodes).toEqual(received.slice(0, 2));
    expect(after.node.logs.nodes).toEqual(received.slice(2));
    expect(after.node.attempts.nodes.map((attempt) => [attempt.key, attempt.logs.nodes])).toEqual([
      [first, received.slice(0, 2)],
      [second, received.slice(2)],
    ]);
    // An entry stays what it is, also when its attempt is not the current one any more.
    const found = await ask<{ nodes: unknown }>(
      service,
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on LogEntry { message(ansi: RAW) attempt { key } } } }',
      { ids: received.map(({ id }) => id) },
    );
    expect(found.nodes).toMatchObject(
      texts([...old, ...current]).map((message, index) => ({ id: received[index]?.id, message })),
    );
    follower.kill();
  });

  test('gives a subscriber that resumes the rest of the old attempt and then the new one, from any position', async () => {
    const { service, simulation, key, jobs } = await begun({ generation: 'C' }, { batchSize: 1 });
    const old = inOrder(4);
    const watcher = follow('WebSocket', service.url, { jobs });
    await watcher.until(isLive);
    for (const [index, line] of old.entries()) {
      simulation.write(key, [line]);
      await watcher.until(({ lines }) => lines.length === index + 1);
    }
    const rest = inOrder(4);
    simulation.write(key, rest);
    simulation.startAttempt(key);
    const current = inOrder(5);
    simulation.write(key, current);
    await watcher.until(({ lines }) => lines.length === 13);
    const all = texts([...old, ...rest, ...current]);
    expect(texts(watcher.lines)).toEqual(all);
    const cursors = watcher.events.flatMap((event) => (event.__typename === 'LogBatch' ? [event.cursor] : []));
    expect(cursors).toHaveLength(13);
    watcher.kill();
    // Another replica has seen nothing of all this.
    const other = await stand({ vendors: { one: simulation }, configuration: { one: { pageSize: 3 } } });
    for (const { url } of [service, other]) {
      const resumed = cursors.map((after) => follow('SSE', url, { jobs, after }));
      await Promise.all(resumed.map((one, index) => one.until(({ lines }) => lines.length >= all.length - index - 1)));
      await Promise.all(resumed.map((one) => one.until(isLive)));
      expect(resumed.map(({ lines }) => texts(lines))).toEqual(resumed.map((_, index) => all.slice(index + 1)));
      for (const one of resumed) one.kill();
    }
  });

  test('gives a subscriber that begins with the last lines those of both attempts', async () => {
    const { service, simulation, key, jobs } = await begun({ generation: 'C' });
    const [old, current] = [inOrder(5), inOrder(2)];
    simulation.write(key, old);
    simulation.startAttempt(key);
    simulation.write(key, current);
    const followers = followBoth(service.url, { jobs, tail: 4 });
    await untilAllHave(followers, 4);
    for (const { lines } of followers) expect(texts(lines)).toEqual(texts([...old.slice(3), ...current]));
    for (const follower of followers) follower.kill();
  });

  test('goes on where the new attempt begins while the end of the failed one is waited out', async () => {
    const { service, simulation, key, jobs } = await begun({ generation: 'C' }, { drainMilliseconds: [10, 60_000] });
    const [old, current] = [inOrder(2), inOrder(2)];
    simulation.write(key, old);
    const follower = follow('SSE', service.url, { jobs, tail: 10 });
    await follower.until(({ lines }) => lines.length === 2);
    simulation.setStatus(key, 'FAILED');
    await polled(service, 1);
    simulation.startAttempt(key);
    simulation.write(key, current);
    await follower.until(({ lines }) => lines.length === 4);
    expect(texts(follower.lines)).toEqual(texts([...old, ...current]));
    expect(hasEnded(follower)).toBe(false);
    follower.kill();
  });

  test('follows attempt after attempt', async () => {
    const { service, simulation, key, jobs } = await begun({ generation: 'C' });
    const followers = followBoth(service.url, { jobs });
    await untilAll(followers, isLive, 'they are live');
    const written: string[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const lines = inOrder(4);
      simulation.write(key, lines);
      written.push(...texts(lines));
      // Two of three are over before anybody has seen them.
      if (attempt % 3 === 2) await untilAllHave(followers, written.length);
      simulation.startAttempt(key);
    }
    for (const { lines } of followers) expect(texts(lines)).toEqual(written);
    for (const follower of followers) follower.kill();
  });
});

describe('an attempt that begins while a page of the one before is on its way', () => {
  /** Begins the next attempt in the middle of a walk over several pages. */
  function switching(options: NemoOptions) {
    const simulation = simulateNemo(options);
    let next: (() => void) | null = null;
    return {
      simulation: {
        ...simulation,
        handle: (request: SandboxRequest) => {
          const reply = simulation.handle(request);
          // The first page of a walk is out, and further ones follow.
          if (next !== null && request.segments.at(-1) === 'logs' && !request.query.has('page_cursor')) {
            next();
            next = null;
          }
          return reply;
        },
      },
      before: (change: () => void): void => {
        next = change;
      },
    };
  }

  test.each(['A', 'B', 'C'] as const)('mixes up nothing in generation %s', async (generation) => {
    const { simulation, before } = switching({ generation });
    const service = await stand({
      vendors: { one: simulation },
      configuration: { one: { pageSize: 3 } },
      // What one poll passes over is not read again by the next because of its age.
      tail: { overlapMilliseconds: 1 },
    });
    const key = simulation.createJob();
    const jobs = [service.id('one', key)];
    const followers = followBoth(service.url, { jobs });
    await untilAll(followers, isLive, 'they are live');
    // Of a second ago: no poll begins earlier because a line is of the future.
    const [old, current] = [inOrder(8), inOrder(10)].map((lines) =>
      lines.map((line) => ({ ...line, time: line.time - 1_000_000_000n })),
    ) as [SandboxLine[], SandboxLine[]];
    before(() => {
      simulation.startAttempt(key);
      simulation.write(key, current);
    });
    simulation.write(key, old);
    await untilAll(followers, hasLine(texts(current).at(-1)), 'the last line is there');
    await untilAll(followers, ({ lines }) => texts(current).every((text) => texts(lines).includes(text)), 'all are');
    for (const { lines, problem } of followers) {
      expect(problem).toBeNull();
      const received = texts(lines);
      expect(new Set(received).size).toBe(received.length);
      const fromOld = received.filter((text) => texts(old).includes(text));
      // The vendor no longer returns these lines.
      expect(fromOld).toEqual(texts(old).slice(0, fromOld.length));
      if (generation === 'C') expect(fromOld).toHaveLength(8);
      expect(received.filter((text) => texts(current).includes(text)).sort()).toEqual(texts(current).sort());
      expect(outOfOrder(lines)).toEqual([]);
    }
    for (const follower of followers) follower.kill();
  });
});

function hasLine(message: string | undefined): (follower: { readonly lines: readonly Line[] }) => boolean {
  return ({ lines }) => lines.some((line) => line.message === message);
}

describe.each(['A', 'B'] as const)('where only the current attempt can be read (generation %s)', (generation) => {
  function dropped({ events }: Follower): unknown[] {
    return events.flatMap((event) =>
      event.__typename === 'LogBatch' && event.dropped !== null ? [event.dropped] : [],
    );
  }

  test('goes on with the new attempt, names none to the vendor, repeats nothing, and says what is out of reach', async () => {
    const { service, simulation, key, jobs } = await begun({ generation });
    const old = inOrder(4);
    simulation.write(key, old);
    const followers = followBoth(service.url, { jobs, tail: 10 });
    await untilAllHave(followers, 4);
    expect(followers.flatMap(dropped)).toEqual([]);
    simulation.startAttempt(key);
    const current = inOrder(7);
    simulation.write(key, current);
    await untilAllHave(followers, 11);
    await untilAll(followers, (follower) => dropped(follower).length > 0, 'it is said');
    expect(service.federation.tailStatistics().gaps).toBe(followers.length);
    await polled(service, 6);
    for (const follower of followers) {
      expect(texts(follower.lines)).toEqual(texts([...old, ...current]));
      expect(follower.problem).toBeNull();
      expect(dropped(follower)).toEqual([{ count: null, reason: expect.stringContaining('started over') as unknown }]);
    }
    expect(new Set(attemptsAsked(service))).toEqual(new Set([null]));
    for (const follower of followers) follower.kill();
  });

  test('reports that to subscribers that resume in the old attempt, and to no others', async () => {
    const { service, simulation, key, jobs } = await begun({ generation }, { overlapMilliseconds: 200, batchSize: 1 });
    const [old, current] = [inOrder(2), inOrder(3)];
    simulation.write(key, old);
    const watcher = follow('SSE', service.url, { jobs, tail: 10 });
    await watcher.until(({ lines }) => lines.length === 2);
    const inOld = watcher.cursor;
    watcher.kill();
    await eventually(() => service.federation.tailStatistics().feeds === 0, 'nobody looks');
    // No poll sees these, and the next poll finds another attempt.
    simulation.write(key, inOrder(2));
    // Longer ago than what is late.
    const later = current.map((line, index) => ({ ...line, time: line.time + BigInt(index) * 10_000_000_000n }));
    simulation.startAttempt(key);
    simulation.write(key, later);
    const resumed = followBoth(service.url, { jobs, after: inOld });
    await untilAllHave(resumed, 3);
    await untilAll(resumed, (follower) => dropped(follower).length > 0, 'it is said');
    for (const follower of resumed) {
      expect(texts(follower.lines)).toEqual(texts(later));
      expect(dropped(follower)).toEqual([
        { count: null, reason: expect.stringContaining('earlier one is out of reach') as unknown },
      ]);
    }
    const live = followBoth(service.url, { jobs });
    const again = followBoth(service.url, { jobs, after: resumed[0]!.lines.at(-1)!.cursor });
    await untilAll([...live, ...again], isLive, 'they are live');
    const last = inOrder(1).map((line) => ({ ...line, time: later.at(-1)!.time + 1_000_000_000n }));
    simulation.write(key, last);
    await untilAllHave([...live, ...again], 1);
    for (const follower of [...live, ...again]) {
      expect([texts(follower.lines), dropped(follower)]).toEqual([texts(last), []]);
    }
    for (const follower of [...resumed, ...live, ...again]) follower.kill();
  });
});
