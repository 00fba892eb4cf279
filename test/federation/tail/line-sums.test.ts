import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineDigest } from '../../../src/federation/tail/line-digest.ts';
import { sumUp, tellApart } from '../../../src/federation/tail/line-sums.ts';

const lineOf = (index: number) => ({ index, digest: lineDigest('a', 'job', '', { time: 5n, tie: `${index}` }) });
const linesOf = (from: number, count: number) => Array.from({ length: count }, (_, i) => lineOf(from + i));
const indexes = (lines: readonly { index: number }[]) => lines.map(({ index }) => index).sort((a, b) => a - b);

describe('sums of lines', () => {
  it('tell the lines that they were made of from new ones, and say of no line what is not so', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 0, max: 40 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        (old, fresh, gone) => {
          const set = linesOf(0, old);
          const left = set.filter(({ index }) => !gone.some((each) => each % old === index));
          const { known, unclear } = tellApart(sumUp(set, 5n), [...left, ...linesOf(1_000, fresh)]);
          // Never is a new line taken for one that was delivered: it would be lost.
          for (const { index } of known) expect(index).toBeLessThan(1_000);
          // What is not known is new for certain, or unclear.
          const settled = new Set([...known, ...unclear].map(({ index }) => index));
          for (const { index } of left) expect(settled.has(index)).toBe(true);
        },
      ),
    );
  });

  it.each([
    [2_000, 60],
    [15_000, 300],
    [60_000, 500],
  ])('of %i lines tell %i new ones apart', (count, fresh) => {
    const set = linesOf(0, count);
    const { known, unclear } = tellApart(sumUp(set, 5n), [...set, ...linesOf(100_000, fresh)]);
    expect(known.length + unclear.length).toBeGreaterThanOrEqual(count);
    expect(indexes(known).at(-1)).toBeLessThan(count);
    // A bucket is unclear when more than four of its lines are new.
    expect(unclear.length).toBeLessThan(count / 50);
  });

  it('are clear when nothing is new, or when nothing is old', () => {
    const set = linesOf(0, 5_000);
    expect(tellApart(sumUp(set, 5n), set)).toEqual({ known: expect.any(Array) as unknown, unclear: [] });
    expect(indexes(tellApart(sumUp(set, 5n), set).known)).toEqual(indexes(set));
    const some = tellApart(sumUp(linesOf(0, 0), 5n), linesOf(0, 50));
    expect(some).toEqual({ known: [], unclear: [] });
  });

  it('take four kilobytes at most', () => {
    expect(sumUp(linesOf(0, 60_000), 5n).sums.byteLength).toBe(4_096);
    expect(sumUp(linesOf(0, 501), 5n).sums.byteLength).toBe(126 * 8);
  });
});
