import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Feed } from '../../../src/federation/tail/feed/feed.ts';
import type { FeedDriver } from '../../../src/federation/tail/feed/driver.ts';
import { HeldLines } from '../../../src/federation/tail/feed/lines/held-lines.ts';
import type { FeedLine, WindowLine } from '../../../src/federation/tail/feed/lines/line-window.ts';
import { DEFAULT_TAIL } from '../../../src/federation/tail/settings.ts';
import { entryOf } from '../fake-sources.ts';

let counter = 0;

function lineAt(time: number | bigint, text = 'x'): WindowLine {
  counter += 1;
  const entry = entryOf({ time: BigInt(time), tie: `t${counter}`, id: '', text, level: '' });
  return { entry, partition: '', hint: null, key: `k${counter}`, bytes: text.length, sequence: Infinity };
}

const times = (lines: readonly WindowLine[]) => lines.map(({ entry }) => Number(entry.time));
const ROOM = { lines: 1_000, bytes: 1_000 };
const inOrder = (lines: readonly WindowLine[]) => [...lines].sort((a, b) => Number(a.entry.time - b.entry.time));

describe('lines that are held back', () => {
  test('are released once each, in order: those that are due and those before them', () => {
    const arrivals = fc.array(
      fc.record({
        lines: fc.array(fc.record({ time: fc.nat({ max: 50 }), wait: fc.nat({ max: 9 }) }), { maxLength: 8 }),
        pass: fc.nat({ max: 9 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(arrivals, fc.nat({ max: 30 }), (batches, most) => {
        const held = new HeldLines({ lines: most, bytes: 1_000 });
        const until = new Map<WindowLine, number>();
        const out: WindowLine[] = [];
        let now = 0;
        for (const { lines, pass } of batches) {
          const added = inOrder(lines.map(({ time }) => lineAt(time)));
          added.forEach((line, i) => until.set(line, now + (lines[i]?.wait ?? 0)));
          held.add(added, (line) => until.get(line) ?? 0);
          now += pass;
          const taken = held.take(now);
          expect(times(taken)).toEqual(times(inOrder(taken)));
          expect(held.size).toBeLessThanOrEqual(most);
          expect(held.nextAt()).toBeGreaterThan(now);
          if (held.oldest !== null) for (const at of times(taken)) expect(at).toBeLessThanOrEqual(Number(held.oldest));
          out.push(...taken);
        }
        out.push(...held.take(Infinity));
        expect(held.size).toBe(0);
        expect(new Set(out).size).toBe(out.length);
        expect(out).toHaveLength(until.size);
      }),
    );
  });

  test('use no more memory than allowed: the oldest are released first', () => {
    const held = new HeldLines({ ...ROOM, bytes: 10 });
    held.add([lineAt(1, 'aaaa'), lineAt(2, 'bbbb'), lineAt(3, 'cccc'), lineAt(4, 'd')], () => 100);
    expect(times(held.take(0))).toEqual([1]);
    held.add([lineAt(5, 'x'.repeat(50))], () => 100);
    expect(times(held.take(0))).toEqual([2, 3, 4, 5]);
    expect(held.size).toBe(0);
  });
});

describe('a feed with more lines than it may hold', () => {
  const driver: FeedDriver = { start: () => undefined, poke: () => undefined, stop: () => Promise.resolve() };

  function feedLines(count: number, text: string): FeedLine[] {
    const now = BigInt(Date.now()) * 1_000_000n;
    return Array.from({ length: count }, (_, i) => {
      const { entry, partition, hint } = lineAt(now + BigInt(i), text);
      return { entry, partition, hint };
    });
  }

  test('releases the oldest ones early, in order, and still sorts the others', async () => {
    const feed = new Feed({ ...DEFAULT_TAIL, holdLines: 100, reorderMilliseconds: 60_000 }, driver, () => undefined);
    feed.join({ taken: 0, wake: () => undefined, willEvict: () => undefined });
    feed.begin([], null);
    const lines = feedLines(1_000, 'x');
    for (let at = 0; at < lines.length; at += 50) feed.accept(lines.slice(at, at + 50));
    expect(feed.sequence).toBe(900);
    expect(feed.releasedAfter(0).map(({ entry }) => entry.tie)).toEqual(
      lines.slice(0, 900).map(({ entry }) => entry.tie),
    );
    expect(feed.isHolding).toBe(true);
    feed.ended('JOB_FINISHED');
    expect(feed.sequence).toBe(1_000);
    await feed.stop();
  });

  test('holds no more memory than allowed', async () => {
    const settings = { ...DEFAULT_TAIL, holdBytes: 2_100_000, reorderMilliseconds: 60_000 };
    const feed = new Feed(settings, driver, () => undefined);
    feed.join({ taken: 0, wake: () => undefined, willEvict: () => undefined });
    feed.begin([], null);
    for (let i = 0; i < 20; i += 1) feed.accept(feedLines(1, 'x'.repeat(200_000)));
    expect(feed.sequence).toBe(15);
    await feed.stop();
  });
});
