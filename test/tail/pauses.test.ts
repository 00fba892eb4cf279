import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { simulateDeepset } from '../../src/sandbox/deepset/index.ts';
import { eventually } from './follower.ts';
import type { Follower } from './follower.ts';
import { followBoth, leaveAll, outOfOrder, untilAll, untilAllHave, untilAllLive } from './semantics/followers.ts';
import { stand } from './stand.ts';
import { fresh, texts } from './vendors.ts';

const HOUR = 3_600_000;

/** Followers of a job with two lines; pauses are never shorter than `pauses` says. */
async function followed(pauses: { readonly intervalMilliseconds: number; readonly maxIntervalMilliseconds: number }) {
  const service = await stand({
    vendors: { one: simulateDeepset() },
    tail: { ...pauses, jitter: 0, refreshMilliseconds: HOUR },
  });
  const server = service.vendors.one;
  const key = server.simulation.createJob();
  const written = fresh(2);
  server.simulation.write(key, written);
  const join = (): Follower[] => followBoth(service.url, { jobs: [service.id('one', key)], tail: 10 });
  const first = join();
  await untilAllHave(first, 2);
  await untilAllLive(first);
  return { service, server, key, written, join, first };
}

function isBackingOff({ events }: Follower): boolean {
  return events.some((event) => event.__typename === 'LogStreamStatus' && event.state === 'BACKING_OFF');
}

/** How long a call may have been under way when its source asks for a pause. */
const UNDER_WAY_MILLISECONDS = 500;

test('a pause that a source asks one poll for is kept by the polls of all its jobs, and by queries, and then they go on', async () => {
  const service = await stand({
    vendors: { one: simulateDeepset() },
    tail: { intervalMilliseconds: 5, maxIntervalMilliseconds: 20, jitter: 0, refreshMilliseconds: HOUR },
  });
  const server = service.vendors.one;
  const keys = [server.simulation.createJob(), server.simulation.createJob()];
  for (const key of keys) server.simulation.write(key, fresh(2));
  const followers = keys.flatMap((key) => followBoth(service.url, { jobs: [service.id('one', key)], tail: 10 }));
  await untilAllHave(followers, 2);
  await untilAllLive(followers);
  server.inject({ times: 1, what: { do: 'status', status: 429, headers: { 'retry-after': '12' } } });
  await untilAll(followers, isBackingOff, 'it is backing off');
  const asked = server.calls.find(({ status }) => status === 429)?.at ?? 0;
  for (const key of keys) server.simulation.write(key, fresh(1));
  const answer = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `{ node(id: "${service.id('one', keys[0]!)}") { ... on Job { name } } }` }),
  });
  expect(await answer.text()).toContain('SOURCE_RATE_LIMITED');
  await untilAllHave(followers, 3);
  const after = server.calls.map(({ at }) => at - asked);
  expect(after.filter((milliseconds) => milliseconds > UNDER_WAY_MILLISECONDS && milliseconds < 11_900)).toEqual([]);
  await leaveAll(followers);
});

describe('subscribers that join a job between two polls', () => {
  test('cause no call while its source asked for a pause, which they get as a status', async () => {
    const { server, join, first } = await followed({ intervalMilliseconds: 5, maxIntervalMilliseconds: 20 });
    const answered = server.inject({ what: { do: 'status', status: 429, headers: { 'retry-after': '3600' } } });
    await untilAll(first, isBackingOff, 'it is backing off');
    answered();
    const { length } = server.calls;
    const joined = [...join(), ...join()];
    await untilAll(joined, isBackingOff, 'they know of it');
    // What has to be shown is that nothing happens: many times the longest pause.
    await pause(300);
    expect(server.calls.slice(length).map(({ kind }) => kind)).toEqual([]);
    await leaveAll([...first, ...joined]);
  });

  test('cause one call at once when nothing has come for long, and what it brings is delivered to all', async () => {
    const { service, server, key, written, join, first } = await followed({
      intervalMilliseconds: 2_000,
      maxIntervalMilliseconds: HOUR,
    });
    // The end of the log, and two polls that have brought nothing: the pause behind them is twice as long.
    await eventually(() => server.calls.filter(({ kind }) => kind === 'logs').length >= 3, 'the pauses are long');
    const before = service.federation.tailStatistics().polls;
    server.resetCalls();
    const more = fresh(1);
    server.simulation.write(key, more);
    const joined = [...join(), ...join(), ...join()];
    await untilAllHave([...first, ...joined], 3);
    expect(server.calls.map(({ kind }) => kind)).toEqual(['logs']);
    expect(service.federation.tailStatistics().polls).toBe(before + 1);
    for (const { lines } of [...first, ...joined]) {
      expect(texts(lines)).toEqual(texts([...written, ...more]));
      expect(outOfOrder(lines)).toEqual([]);
    }
    await leaveAll([...first, ...joined]);
  });
});
