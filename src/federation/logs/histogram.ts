import type { Call } from '../../domain/call.ts';
import { severityOf } from '../../domain/severity.ts';
import type { LogSeverity } from '../../domain/severity.ts';
import { formatInstant } from '../../domain/time.ts';
import type { Federation, HistogramArguments, LogBucket, LogHistogram, SourceFailure, SourceScope } from '../api.ts';
import { badInput, checkTimeBounds } from '../arguments.ts';

/**
 * Counts lines per time span and severity. Lines are read newest first, up to a bound. Older lines are not counted;
 * `coveredFrom` says from when on the counts are complete.
 */

/** Most pages of lines that one histogram reads. */
const MAX_PAGES = 20;
const DEFAULT_BUCKETS = 60;
const MAX_BUCKETS = 1_000;

type Logs = Pick<Federation, 'logs' | 'maxPageSize'>;

interface Scan {
  readonly lines: { readonly time: bigint; readonly severity: LogSeverity }[];
  readonly failures: Map<string, SourceFailure>;
  /** True if all lines that the sources return were read. */
  reachedStart: boolean;
}

export async function logHistogram(
  federation: Logs,
  scopes: readonly SourceScope[],
  args: HistogramArguments,
  call: Call,
): Promise<LogHistogram> {
  const { buckets = DEFAULT_BUCKETS, step } = args;
  if (args.buckets !== undefined && step !== undefined) throw badInput('Give buckets or step, not both.');
  if (!Number.isInteger(buckets) || buckets < 1 || buckets > MAX_BUCKETS) {
    throw badInput(`buckets: ${buckets} is not allowed; it must be a whole number from 1 to ${MAX_BUCKETS}.`);
  }
  const bounds = checkTimeBounds(args.filter ?? {});
  const scan = await read(federation, scopes, args, call);
  const failures = [...scan.failures.values()];
  const isPartial = !scan.reachedStart || failures.length > 0;
  const oldest = scan.lines.at(-1)?.time ?? null;
  const newest = scan.lines.at(0)?.time ?? null;
  const first = scan.reachedStart ? oldest : await oldestLine(federation, scopes, args, call);
  const from = bounds.since ?? first;
  const until = bounds.before ?? (newest === null ? null : newest + 1n);
  if (from === null || until === null || from >= until) {
    return { from: null, until: null, coveredFrom: null, buckets: [], total: scan.lines.length, isPartial, failures };
  }
  const width = step ?? ceilDivide(until - from, BigInt(buckets));
  const start = step === undefined ? from : floorTo(from, width);
  const count = ceilDivide(until - start, width);
  if (count > BigInt(MAX_BUCKETS)) {
    throw badInput(`The step makes ${count} buckets of this time; at most ${MAX_BUCKETS} are allowed.`);
  }
  return {
    from: formatInstant(from),
    until: formatInstant(until),
    // More lines of the oldest instant may exist that were not read.
    coveredFrom: formatInstant(scan.reachedStart ? from : (oldest ?? from) + 1n),
    buckets: bucketsOf(scan.lines, { start, width, count: Number(count) }),
    total: scan.lines.length,
    isPartial,
    failures,
  };
}

async function read(
  federation: Logs,
  scopes: readonly SourceScope[],
  { filter }: HistogramArguments,
  call: Call,
): Promise<Scan> {
  const scan: Scan = { lines: [], failures: new Map(), reachedStart: false };
  let after: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const args = { first: federation.maxPageSize, after, filter, descending: true, listFailures: true };
    const connection = federation.logs(scopes, args, call);
    for (const { time, severity } of await connection.nodes()) {
      scan.lines.push({ time, severity: severityOf(severity.number) });
    }
    for (const failure of await connection.failures()) scan.failures.set(JSON.stringify(failure), failure);
    const { hasNextPage, endCursor } = await connection.pageInfo();
    if (!hasNextPage) {
      scan.reachedStart = true;
      return scan;
    }
    if (endCursor === after || scan.failures.size > 0) return scan;
    after = endCursor;
  }
  return scan;
}

async function oldestLine(
  federation: Logs,
  scopes: readonly SourceScope[],
  { filter }: HistogramArguments,
  call: Call,
): Promise<bigint | null> {
  if (filter?.since !== undefined) return null;
  const nodes = await federation.logs(scopes, { first: 1, filter, listFailures: true }, call).nodes();
  return nodes[0]?.time ?? null;
}

function bucketsOf(
  lines: Scan['lines'],
  { start, width, count }: { readonly start: bigint; readonly width: bigint; readonly count: number },
): LogBucket[] {
  const counts = Array.from({ length: count }, () => new Map<LogSeverity, number>());
  for (const { time, severity } of lines) {
    const bucket = counts[Number((time - start) / width)];
    bucket?.set(severity, (bucket.get(severity) ?? 0) + 1);
  }
  return counts.map((bySeverity, index) => ({
    from: formatInstant(start + width * BigInt(index)),
    until: formatInstant(start + width * BigInt(index + 1)),
    total: [...bySeverity.values()].reduce((sum, one) => sum + one, 0),
    counts: [...bySeverity].map(([severity, lines]) => ({ severity, count: lines })),
  }));
}

function ceilDivide(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

/** The last multiple of `width` that is not after `time`. */
function floorTo(time: bigint, width: bigint): bigint {
  const rest = time % width;
  return time - (rest < 0n ? rest + width : rest);
}
