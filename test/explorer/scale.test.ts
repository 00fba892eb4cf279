import { describe, expect, test } from 'vitest';
import type { Bucket } from '../../explorer/src/histogram/groups.ts';
import { axisOf, scaleOf } from '../../explorer/src/histogram/scale.ts';

const DAY = 86_400_000;
const NOON = Date.parse('2026-03-01T12:00:00.000Z');

/** Buckets of the same length from noon on, of which each holds one line more than the one before. */
const buckets = (count: number, milliseconds: number): readonly Bucket[] =>
  Array.from({ length: count }, (_, index) => ({
    from: new Date(NOON + index * milliseconds).toISOString(),
    until: new Date(NOON + (index + 1) * milliseconds).toISOString(),
    total: index + 1,
    counts: [],
  }));

describe('the scale of the histogram', () => {
  test.each([
    [0, 2, '<1ms a bar, at most 2 lines'],
    [820, 5, '820ms a bar, at most 5 lines'],
    [1_640, 1, '1.6s a bar, at most 1 line'],
    [2_986, 2, '3s a bar, at most 2 lines'],
    [90_000, 1_200, '1m 30s a bar, at most 1,200 lines'],
  ])('of bars of %i ms, %i of them, is %j', (milliseconds, count, words) => {
    expect(scaleOf(buckets(count, milliseconds))).toBe(words);
  });
});

describe('the times below the histogram', () => {
  const axis = (count: number, milliseconds: number, now: number): readonly string[] =>
    axisOf(buckets(count, milliseconds), 'utc', now);

  test('have no date on their own day', () => {
    expect(axis(4, 60_000, NOON + 1)).toEqual(['12:00:00', '12:01:00', '12:02:00', '12:03:00', '12:04:00']);
  });

  test('begin with their date on a later day', () => {
    expect(axis(4, 60_000, NOON + DAY).slice(0, 2)).toEqual(['1 Mar 12:00:00', '12:01:00']);
  });

  test('each have a date where they are of several days', () => {
    expect(axis(4, DAY / 2, NOON)).toEqual(['1 Mar 12:00', '2 Mar 00:00', '2 Mar 12:00', '3 Mar 00:00', '3 Mar 12:00']);
  });

  test('have milliseconds in a short time, and are not said twice', () => {
    expect(axis(4, 100, NOON)[1]).toBe('12:00:00.100');
    expect(axis(1, 0, NOON)).toEqual(['12:00:00.000', '', '', '', '']);
  });

  test('are none without bars', () => {
    expect(axis(0, 1, NOON)).toEqual([]);
  });
});
