/** When parts ran, as shares of the time in which any part of their tree ran. */
import { partsIn } from './part.ts';
import type { Part } from './part.ts';

/** In percent of the whole. */
export interface Span {
  readonly left: number;
  readonly width: number;
}

/** By the ids of the parts. Empty where fewer than two parts have times: there is nothing to compare. */
export function spansOf(tree: readonly Part[], now: number): ReadonlyMap<string, Span> {
  const timed = partsIn(tree).flatMap(({ id, row: { startedAt, finishedAt, status } }) => {
    if (startedAt === null || (finishedAt === null && status !== 'RUNNING')) return [];
    const from = Date.parse(startedAt);
    return [{ id, from, until: Math.max(from, finishedAt === null ? now : Date.parse(finishedAt)) }];
  });
  const begin = timed.reduce((least, { from }) => Math.min(least, from), Infinity);
  const length = timed.reduce((most, { until }) => Math.max(most, until), -Infinity) - begin;
  if (timed.length < 2 || !(length > 0)) return new Map();
  const share = (milliseconds: number): number => (milliseconds / length) * 100;
  return new Map(timed.map(({ id, from, until }) => [id, { left: share(from - begin), width: share(until - from) }]));
}
