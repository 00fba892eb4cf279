import { describe, expect, test } from 'vitest';
import { GapFinder, unreadableGap } from '../../../src/federation/tail/feed/gap.ts';
import type { Gap } from '../../../src/federation/tail/feed/gap.ts';
import { GapList } from '../../../src/federation/tail/feed/gap-list.ts';
import { withHint } from '../../../src/pagination/core/hinted-rows.ts';

const at = (time: number, tie = '') => ({ time: BigInt(time), tie });
const gap = (after: number | null, before: number | null, partition = 'p'): Gap => ({
  partition,
  after: after === null ? null : at(after),
  before: before === null ? null : at(before),
  reason: 'out of reach',
});

describe('the gap of a read', () => {
  test('lies between the row before the batch that reports it and the instant of the row after that batch', () => {
    const finder = new GapFinder('p', 'forward', null);
    expect(finder.see({ rows: withHint([at(1, 'a'), at(2, 'b')], null) })).toBeNull();
    expect(finder.see({ rows: withHint([at(5, 'c')], null), truncated: 'out of reach' })).toBeNull();
    expect(finder.see({ rows: withHint([at(5, 'd'), at(6, 'e')], null) })).toEqual({ ...gap(2, 6), after: at(2, 'b') });
    expect(finder.see({ rows: withHint([at(7, 'f')], null) })).toBeNull();
    expect(finder.end()).toBeNull();
  });

  test('has an unknown end if nothing was read after it', () => {
    const finder = new GapFinder('p', 'forward', at(3, 'x'));
    expect(finder.see({ rows: [], truncated: 'out of reach' })).toBeNull();
    expect(finder.see({ rows: [] })).toBeNull();
    expect(finder.end()).toEqual({ ...gap(3, null), after: at(3, 'x') });
  });

  test('covers the same lines if they are read newest first', () => {
    const finder = new GapFinder('p', 'backward', null);
    finder.see({ rows: withHint([at(9, 'a')], null) });
    finder.see({ rows: withHint([at(5, 'b')], null), truncated: 'out of reach' });
    expect(finder.see({ rows: withHint([at(5, 'a'), at(2, 'a')], null) })).toEqual({
      ...gap(5, null),
      before: at(9, 'a'),
    });
  });

  test('has every reason', () => {
    const finder = new GapFinder('p', 'forward', null);
    finder.see({ rows: [], truncated: 'one' });
    finder.see({ rows: [], truncated: 'another' });
    expect(finder.end()?.reason).toBe('one; another');
  });
});

describe('the gap of unreadable rows', () => {
  const unreadable = { count: 2, ids: ['a', 'b'], reason: 'an object' };

  test('lies among the rows that were read with them, in either direction', () => {
    const found = unreadableGap('p', { rows: withHint([at(2, 'a'), at(5, 'b')], null), unreadable });
    expect(found).toEqual({ ...gap(2, 6), reason: "rows that can't be read: an object", lines: ['a', 'b'] });
    expect(unreadableGap('p', { rows: withHint([at(5, 'b'), at(2, 'a')], null), unreadable })).toEqual(found);
  });

  test('may lie anywhere if no rows were read with them', () => {
    expect(unreadableGap('p', { rows: [], unreadable })).toMatchObject({ after: null, before: null });
    expect(unreadableGap('p', { rows: withHint([at(2)], null) })).toBeNull();
  });

  test('names no lines if only some of the names are known', () => {
    const found = unreadableGap('p', { rows: withHint([at(2)], null), unreadable: { ...unreadable, count: 3 } });
    expect(found).not.toHaveProperty('lines');
  });
});

describe('the gaps of a job', () => {
  test('are listed once, even if several polls find them from further on', () => {
    const gaps = new GapList();
    expect(gaps.add(gap(2, 6))).toBe(true);
    expect(gaps.add(gap(2, 6))).toBe(false);
    expect(gaps.add(gap(4, 6))).toBe(false);
    expect(gaps.add(gap(null, 6))).toBe(false);
    expect(gaps.add(gap(4, 6, 'q'))).toBe(true);
    expect(gaps.add(gap(4, 7))).toBe(true);
    expect(gaps.add(gap(0, 2))).toBe(true);
    expect(gaps.after(2).map(({ number }) => number)).toEqual([3, 4]);
  });

  test('with an unknown end are listed once', () => {
    const gaps = new GapList();
    expect(gaps.add(gap(2, null))).toBe(true);
    expect(gaps.add(gap(9, null))).toBe(false);
    expect(gaps.add(gap(9, 12))).toBe(false);
    expect(gaps.add(gap(0, 1))).toBe(true);
  });

  test('count named lines once, and those of another place separately', () => {
    const gaps = new GapList();
    const named = (lines: string[], partition = 'p') => ({ ...gap(2, 6, partition), lines });
    expect(gaps.add(named(['a', 'b']))).toBe(true);
    expect(gaps.add(named(['b', 'a']))).toBe(false);
    expect(gaps.add(named(['b', 'c']))).toBe(true);
    expect(gaps.add(named(['a'], 'q'))).toBe(true);
    expect(gaps.after(0).map(({ lines }) => lines)).toEqual([['a', 'b'], ['c'], ['a']]);
    // They do not hide other missing lines at the same place.
    expect(gaps.add(gap(2, 6))).toBe(true);
  });

  test('remember a bounded number of names', () => {
    const gaps = new GapList();
    const named = (line: number) => ({ ...gap(2, 6), lines: [String(line)] });
    for (let line = 0; line < 10_001; line += 1) gaps.add(named(line));
    expect(gaps.add(named(10_000))).toBe(false);
    expect(gaps.add(named(0))).toBe(true);
  });

  test('are joined if there are very many, without losing any range', () => {
    const gaps = new GapList();
    for (let i = 0; i < 1_000; i += 1) gaps.add(gap(10 * i, 10 * i + 5, i % 2 === 0 ? 'p' : 'q'));
    const kept = gaps.after(0);
    expect(kept).toHaveLength(100);
    expect(kept[0]?.after?.time).toBeLessThanOrEqual(0n);
    expect(kept[0]?.before?.time).toBeGreaterThanOrEqual(9_005n);
    expect(gaps.after(1_000)).toEqual([]);
    expect(gaps.last).toBe(1_000);
  });
});
