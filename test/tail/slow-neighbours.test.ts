import { describe, expect, test } from 'vitest';
import { NO_SEVERITY } from '../../src/domain/severity.ts';
import { Feed } from '../../src/federation/tail/feed/feed.ts';
import type { FeedLine } from '../../src/federation/tail/feed/lines/line-window.ts';
import { DEFAULT_TAIL } from '../../src/federation/tail/settings.ts';

const KEEP = 10;
const RELEASE = 30;
const BEGAN = BigInt(Date.now() - 1_000) * 1_000_000n;

function linesOfNow(round: number, text: string): FeedLine[] {
  return Array.from({ length: RELEASE }, (_, index) => ({
    entry: {
      time: BEGAN + BigInt(round * RELEASE + index) * 1_000n,
      tie: '',
      timestamp: '',
      severity: NO_SEVERITY,
      message: text,
      exceptions: [],
      attributes: null,
      attemptKey: null,
      stepKey: null,
      taskKey: null,
    },
    partition: '',
    hint: null,
  }));
}

function busyFeed(keepBytes: number) {
  const driver = { start: () => undefined, poke: () => undefined, stop: () => Promise.resolve() };
  const settings = { ...DEFAULT_TAIL, reorderMilliseconds: 0, keepLines: KEEP, keepBytes };
  const feed = new Feed(settings, driver, () => undefined);
  feed.begin([], null);
  const reader = (isPrompt: boolean) => {
    const listener = {
      taken: feed.sequence,
      leftBehind: 0,
      wake: () => {
        if (isPrompt) listener.taken = feed.sequence;
      },
      willEvict: () => {
        listener.leftBehind += 1;
      },
    };
    feed.join(listener);
    return listener;
  };
  return { feed, prompt: reader(true), slow: reader(false) };
}

describe('a feed that is so busy that its overlap is more than it keeps for its subscribers', () => {
  test.each([
    ['many lines', 'a line', DEFAULT_TAIL.keepBytes],
    ['long lines', 'x'.repeat(1_000), 40_000],
  ])('leaves behind only subscribers that do not take %s', (_what, text, keepBytes) => {
    const { feed, prompt, slow } = busyFeed(keepBytes);
    for (let round = 0; round < 50; round += 1) {
      feed.accept(linesOfNow(round, text));
      expect(feed.releasedAfter(0).length).toBeLessThanOrEqual(KEEP + RELEASE);
    }
    expect(prompt).toMatchObject({ taken: 50 * RELEASE, leftBehind: 0 });
    expect(slow.leftBehind).toBeGreaterThan(0);
  });
});
