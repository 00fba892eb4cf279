import { expect, test } from 'vitest';
import { Feeds } from '../../../src/federation/tail/feed/feeds.ts';
import { DEFAULT_TAIL } from '../../../src/federation/tail/settings.ts';
import { timeNative } from '../../pagination/fake-natives.ts';
import { waitFor } from '../../redis/wait-for.ts';
import { fakeSource } from '../fake-sources.ts';

const SETTINGS = {
  ...DEFAULT_TAIL,
  intervalMilliseconds: 2,
  maxIntervalMilliseconds: 8,
  drainMilliseconds: [1],
  refreshMilliseconds: 2,
};

test('the debug log of a tail reports when it opens, begins, polls, ends and closes, with the job', async () => {
  const line = { time: BigInt(Date.now()) * 1_000_000n, id: 'l', text: 'secret text', level: 'info' };
  const source = fakeSource('a', { job: [timeNative([line], { limit: 5, levels: ['info'] })] });
  source.statuses.set('job', 'RUNNING');
  const said: (readonly [string, Readonly<Record<string, string | number>>])[] = [];
  const feeds = new Feeds(SETTINGS, null, (decision, facts) => said.push([decision, facts]));
  const decisions = (): string[] => [...new Set(said.map(([decision]) => decision))];

  const feed = feeds.open({ source, job: 'job', authorization: null });
  const listener = { taken: 0, wake: () => undefined, willEvict: () => undefined };
  feed.join(listener);
  await waitFor('it has polled', () => decisions().includes('polled'));
  source.statuses.set('job', 'SUCCEEDED');
  await waitFor('it has ended', () => feed.state.kind === 'ended');
  feed.leave(listener);
  await feeds.close();

  expect(decisions()).toEqual([
    'tail opened',
    'tail began',
    'polled',
    'tail ended',
    'tail closed: the job has no subscribers',
  ]);
  expect(said.every(([, { source, job }]) => source === 'a' && job === 'job')).toBe(true);
  expect(JSON.stringify(said)).not.toContain('secret text');
});
