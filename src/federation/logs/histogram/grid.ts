import type { LogSeverity } from '../../../domain/severity.ts';
import { formatInstant } from '../../../domain/time.ts';
import type { HistogramArguments, LogBucket } from '../../api.ts';
import { badInput } from '../../arguments.ts';

export const DEFAULT_BUCKETS = 60;
export const MAX_BUCKETS = 1_000;

/** Spans longer than the first number of nanoseconds begin at multiples of the second, so that sources can count them. */
const UNITS = [
  [100_000_000_000n, 1_000_000_000n],
  [100_000_000n, 1_000_000n],
] as const;

/** Adjacent spans of equal length. */
export interface Grid {
  readonly start: bigint;
  readonly width: bigint;
  readonly count: number;
}

/** Throws BAD_USER_INPUT for a step that makes too many spans. */
export function gridOf(from: bigint, until: bigint, { buckets = DEFAULT_BUCKETS, step }: HistogramArguments): Grid {
  const exact = step ?? ceilDivide(until - from, BigInt(buckets));
  const unit = step === undefined ? (UNITS.find(([least]) => exact >= least)?.[1] ?? 1n) : step;
  const start = floorTo(from, unit);
  const width = step ?? ceilDivide(ceilDivide(until - start, BigInt(buckets)), unit) * unit;
  const count = ceilDivide(until - start, width);
  if (count > BigInt(MAX_BUCKETS)) {
    throw badInput(`The step makes ${count} buckets of this time; at most ${MAX_BUCKETS} are allowed.`);
  }
  return { start, width, count: Number(count) };
}

/** Where a span begins; for the number behind the last, where the last one ends. */
export function borderOf({ start, width }: Grid, index: number): bigint {
  return start + width * BigInt(index);
}

/** The span that an instant is in. */
export function indexOf({ start, width }: Grid, time: bigint): number {
  return Number((time - start) / width);
}

/** The lines of one severity in one span. */
export interface Tallied {
  readonly index: number;
  readonly severity: LogSeverity;
  readonly count: number;
}

export function bucketsOf(grid: Grid, tallied: Iterable<Tallied>): LogBucket[] {
  const counts = Array.from({ length: grid.count }, () => new Map<LogSeverity, number>());
  for (const { index, severity, count } of tallied) {
    if (count === 0) continue;
    const bucket = counts[index];
    bucket?.set(severity, (bucket.get(severity) ?? 0) + count);
  }
  return counts.map((bySeverity, index) => ({
    from: formatInstant(borderOf(grid, index)),
    until: formatInstant(borderOf(grid, index + 1)),
    total: [...bySeverity.values()].reduce((sum, one) => sum + one, 0),
    counts: [...bySeverity].map(([severity, lines]) => ({ severity, count: lines })),
  }));
}

export function ceilDivide(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

/** The last multiple of `unit` that is not after `time`. */
function floorTo(time: bigint, unit: bigint): bigint {
  const rest = time % unit;
  return time - (rest < 0n ? rest + unit : rest);
}
