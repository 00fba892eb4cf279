import { expect, onTestFinished, test } from 'vitest';
import { Feed } from '../../../src/federation/tail/feed/feed.ts';
import { Poller } from '../../../src/federation/tail/poll/poller.ts';
import { DEFAULT_TAIL } from '../../../src/federation/tail/settings.ts';
import { offsetNative } from '../../pagination/fake-natives.ts';
import type { RawLine } from '../../pagination/fake-natives.ts';
import { fakeSource } from '../fake-sources.ts';
import { eventually } from '../../tail/follower.ts';

const START = 1_700_000_000_000_000_000n;

function line(id: string, second: number): RawLine {
  return { time: START + BigInt(second * 1_000) * 1_000_000n, id, text: id, level: 'info' };
}

/** Follows a log whose polls take as many native pages as there are lines in the overlap. */
function following(first: readonly RawLine[]) {
  const native = offsetNative(first, { limit: 2, timeFilter: true, total: false, tieOrdered: true });
  const source = fakeSource('one', { job: [native] });
  source.statuses.set('job', 'RUNNING');
  const settings = { ...DEFAULT_TAIL, intervalMilliseconds: 1, overlapMilliseconds: 1_000, reorderMilliseconds: 0 };
  const poller = new Poller({ source, job: 'job', authorization: null, settings });
  const feed = new Feed(settings, poller, () => undefined);
  const listener = { taken: 0, wake: () => undefined, willEvict: () => undefined };
  feed.join(listener);
  onTestFinished(() => feed.stop());
  const texts = (): string[] => feed.window.all().map(({ entry }) => entry.message);
  return { native, feed, texts };
}

test('a line that arrives behind a running poll is found by the next one, even if that poll gets far ahead', async () => {
  const { native, feed, texts } = following([line('a', 0), line('b', 1), line('c', 2)]);
  await eventually(() => feed.state.kind === 'live', 'the feed is live');
  let pages = 0;
  let isOut = false;
  native.arriveBy(() => {
    pages += 1;
    // The first page of the poll that finds `d` is full. While the second one is read, `late` arrives behind its
    // reading position, and so much time passes that the newest line is far ahead of `late`.
    if (!isOut && pages > 1 && texts().includes('d')) {
      isOut = true;
      native.add([line('late', 2.2), line('e', 10), line('f', 10.5), line('g', 11)]);
    }
    return Promise.resolve();
  });
  native.add([line('d', 2.5), line('d2', 2.6), line('d3', 2.7)]);
  await eventually(() => texts().includes('g') && texts().includes('late'), 'every line');
  expect(texts()).toEqual(['c', 'late', 'd', 'd2', 'd3', 'e', 'f', 'g']);
});
