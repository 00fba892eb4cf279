import type { Call } from '../../../domain/call.ts';
import { formatInstant } from '../../../domain/time.ts';
import type { HistogramArguments, LogHistogram } from '../../api.ts';
import { badInput, checkTimeBounds } from '../../arguments.ts';
import type { ResolvedScope } from '../slots.ts';
import { countOlder, NOTHING_COUNTED } from './count-older.ts';
import type { CountedLines, HistogramRequest } from './count-older.ts';
import { bucketsOf, DEFAULT_BUCKETS, gridOf, indexOf, MAX_BUCKETS } from './grid.ts';
import { MAX_PAGES, namesOf, oldestLine, Scan } from './scan.ts';
import type { Logs } from './scan.ts';

/**
 * Counts lines per time span and severity. The newest page of lines is read. Older lines are counted by their sources
 * where that takes fewer calls, or where there are too many to read. The others are read newest first, up to a bound;
 * `coveredFrom` says from when on the counts are complete.
 */
export async function logHistogram(
  logs: Logs,
  scopes: readonly ResolvedScope[],
  args: HistogramArguments,
  call: Call,
): Promise<LogHistogram> {
  const { buckets = DEFAULT_BUCKETS, step } = args;
  const filter = args.filter ?? {};
  if (args.buckets !== undefined && step !== undefined) throw badInput('Give buckets or step, not both.');
  if (!Number.isInteger(buckets) || buckets < 1 || buckets > MAX_BUCKETS) {
    throw badInput(`buckets: ${buckets} is not allowed; it must be a whole number from 1 to ${MAX_BUCKETS}.`);
  }
  const request = { logs, scopes, args, bounds: checkTimeBounds(filter), call };
  const newest = new Scan(logs, namesOf(scopes), filter, call);
  await newest.read(1);
  const counted = newest.isOver ? NOTHING_COUNTED : await countOlder(request, newest.lines);
  const { before } = counted;
  // If nothing was counted, the scan goes on. Otherwise another one reads the older lines of the other jobs.
  const older =
    before === null ? newest : new Scan(logs, counted.uncounted, { ...filter, until: formatInstant(before) }, call);
  await older.read(MAX_PAGES - 1);
  return present({ newest, older, counted }, request);
}

interface HistogramScans {
  readonly newest: Scan;
  /** Reads what was not counted. It is `newest` if nothing was. */
  readonly older: Scan;
  readonly counted: CountedLines;
}

async function present({ newest, older, counted }: HistogramScans, request: HistogramRequest): Promise<LogHistogram> {
  const { logs, scopes, args, bounds, call } = request;
  const { before } = counted;
  const lines = before === null ? newest.lines : [...newest.lines.filter(({ time }) => time >= before), ...older.lines];
  const total = lines.length + counted.tallied.reduce((sum, { count }) => sum + count, 0);
  const failures = [...new Map([...newest.failures, ...older.failures]).values()];
  const isPartial = !older.reachedStart || failures.length > 0;
  const first = async (): Promise<bigint | null> =>
    older.reachedStart ? (lines.at(-1)?.time ?? null) : oldestLine(logs, scopes, args.filter ?? {}, call);
  const last = newest.lines[0]?.time;
  const from = bounds.since ?? counted.from ?? (await first());
  const until = bounds.before ?? (last === undefined ? null : last + 1n);
  if (from === null || until === null || from >= until) {
    return { from: null, until: null, coveredFrom: null, buckets: [], total, isPartial, failures };
  }
  const grid = counted.grid ?? gridOf(from, until, args);
  const read = lines.map(({ time, severity }) => ({ index: indexOf(grid, time), severity, count: 1 }));
  const oldest = older.lines.at(-1)?.time;
  // More lines of the oldest instant may exist that were not read.
  const reached = oldest === undefined ? (before ?? from) : oldest + 1n;
  return {
    from: formatInstant(from),
    until: formatInstant(until),
    coveredFrom: formatInstant(older.reachedStart ? from : reached),
    buckets: bucketsOf(grid, [...read, ...counted.tallied]),
    total,
    isPartial,
    failures,
  };
}
