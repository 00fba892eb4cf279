import { anotherCall } from '../../../domain/call.ts';
import type { Call } from '../../../domain/call.ts';
import { severityPasses, SEVERITY_FIELDS } from '../../../domain/log-filter.ts';
import type { LogFilter } from '../../../domain/log-filter.ts';
import { LOG_SEVERITIES, SEVERITY_FLOOR } from '../../../domain/severity.ts';
import type { RowCounts, TimeSpan } from '../../../pagination/core/partition.ts';
import type { HistogramArguments, SourceScope } from '../../api.ts';
import { filtersOfScopes } from '../part-choice.ts';
import type { ResolvedScope } from '../slots.ts';
import { countScope, countsOfSeverities } from './count-scope.ts';
import type { CountsOfSeverity } from './count-scope.ts';
import { borderOf, ceilDivide, DEFAULT_BUCKETS, gridOf, indexOf } from './grid.ts';
import type { Grid, Tallied } from './grid.ts';
import { MAX_PAGES, namesOf, oldestLine } from './scan.ts';
import type { Logs, ScannedLine } from './scan.ts';

/** The lines that sources counted. All of them are older than `before`. */
export interface CountedLines {
  readonly grid: Grid | null;
  /** Where the first line is; null: not known yet. */
  readonly from: bigint | null;
  /** Null: nothing was counted. */
  readonly before: bigint | null;
  readonly tallied: readonly Tallied[];
  /** Scopes whose lines before that time have to be read. */
  readonly uncounted: readonly SourceScope[];
}

export const NOTHING_COUNTED: CountedLines = { grid: null, from: null, before: null, tallied: [], uncounted: [] };

export interface HistogramRequest {
  readonly logs: Logs;
  readonly scopes: readonly ResolvedScope[];
  readonly args: HistogramArguments;
  readonly bounds: { readonly since: bigint | null; readonly before: bigint | null };
  readonly call: Call;
}

/** Most calls that count for one histogram. */
const MOST_CALLS = 1_000;

/** Calls that find out how many lines of each severity there are, and whether counts can be believed. */
const CALLS_TO_BEGIN = 12;

/** Most scopes usually have lines of two severities on many pages. */
const USUAL_SEVERITIES = 2;

/** A scope that its source can count. */
interface Candidate {
  readonly scope: ResolvedScope;
  readonly counts: RowCounts;
  readonly severities: readonly CountsOfSeverity[];
  readonly pageSize: number;
  /** Its lines that were read. */
  readonly read: number;
  /** Null: not known. */
  readonly total: number | null;
}

/** A source that takes longer to count is read instead. */
const MOST_MILLISECONDS = 8_000;

/** Counts what is older than the newest lines, where a scan would take more calls or would not reach the oldest ones. */
export async function countOlder(request: HistogramRequest, lines: readonly ScannedLine[]): Promise<CountedLines> {
  const { logs, scopes, args, bounds, call } = request;
  const [newest, oldest] = [lines[0]?.time, lines.at(-1)?.time];
  if (newest === undefined || oldest === undefined) return NOTHING_COUNTED;
  const room = (MAX_PAGES - 1) * logs.maxPageSize;
  const found = await candidatesOf(request, lines);
  const spans = args.buckets ?? DEFAULT_BUCKETS;
  const worthwhile = found.filter(({ total, read, pageSize }) => {
    if (total === null) return bounds.since !== null || bounds.before !== null;
    const left = total - read;
    return left > room || isCheaper(left, pageSize, args.step === undefined ? Math.floor((spans * left) / total) : 1);
  });
  if (worthwhile.length === 0) return NOTHING_COUNTED;

  const from = bounds.since ?? (await oldestLine(logs, scopes, args.filter ?? {}, call));
  const until = bounds.before ?? newest + 1n;
  if (from === null || from >= until) return NOTHING_COUNTED;
  const grid = gridOf(from, until, args);
  const reached = indexOf(grid, oldest) + 1;
  const tick = worthwhile.reduce((most, { counts }) => (counts.tick > most ? counts.tick : most), 1n);
  const end = bounds.before ?? ceilDivide(until, tick) * tick;
  const span = { since: bounds.since ?? grid.start, before: reached < grid.count ? borderOf(grid, reached) : end };

  // Aborting counts does not abort the operation. Their state is not shared with it, so no page waits for an aborted call.
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(MOST_MILLISECONDS)]);
  const counting = anotherCall(call, { signal });
  const chosen = await chosenOf(worthwhile, span, { reached, room, call: counting });
  // Counting must leave calls to read what could not be counted.
  const mostCalls = Math.min(MOST_CALLS, call.budget.callsLeft / 2) / Math.max(1, chosen.length);
  const counted = await Promise.all(
    chosen.map(async ({ candidate, scanCalls }) => {
      const own = { ...candidate, logs, given: args.filter ?? {}, span, grid, call: counting };
      const tallied = await countScope({ ...own, mostCalls: Math.min(mostCalls, scanCalls) });
      return tallied === null ? [] : [{ scope: candidate.scope, tallied }];
    }),
  );
  call.signal.throwIfAborted();
  const done = counted.flat();
  if (done.length === 0) return { ...NOTHING_COUNTED, from };
  const isDone = new Set(done.map(({ scope }) => scope));
  return {
    grid,
    from,
    before: span.before,
    tallied: done.flatMap(({ tallied }) => tallied),
    uncounted: namesOf(scopes.filter((scope) => !isDone.has(scope))),
  };
}

async function candidatesOf(
  { scopes, args, bounds, call }: HistogramRequest,
  lines: readonly ScannedLine[],
): Promise<readonly Candidate[]> {
  const { since: _since, until: _until, ...lineFilter } = args.filter ?? {};
  const filterOf = filtersOfScopes(lineFilter);
  async function candidateOf(resolved: ResolvedScope): Promise<Candidate | null> {
    const { source, scope } = resolved;
    const filter = withoutAllSeverities(filterOf({ source: source.name, scope }));
    const { counts, partitions } = await source.connector.logs(scope, filter, call);
    const pageSize = source.connector.capabilities.maxPageSize;
    if (counts === undefined || pageSize === null) return null;
    const severities = await countsOfSeverities(resolved, filter, call);
    if (severities.every((severity) => severity.counts === undefined)) return null;
    const own = lines.filter((line) => line.source === source.name && line.job === scope.job);
    // Times between the ticks would fall between the spans.
    if (own.some(({ time }) => time % counts.tick !== 0n)) return null;
    const total = bounds.since === null && bounds.before === null ? await totalOf(partitions, call) : null;
    return { scope: resolved, counts, severities, pageSize, read: own.length, total };
  }

  // A scope that cannot be read is not counted; the scan reports it.
  const found = await Promise.all(scopes.map(async (scope) => candidateOf(scope).catch(() => null)));
  return found.filter((candidate) => candidate !== null);
}

async function totalOf(
  partitions: readonly { count(call: Call): Promise<number | null> }[],
  call: Call,
): Promise<number | null> {
  const counts = await Promise.all(partitions.map(async (partition) => partition.count(call).catch(() => null)));
  return counts.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0);
}

interface Chosen {
  readonly candidate: Candidate;
  /** Calls that a scan takes; without a bound if it would not reach the oldest line. */
  readonly scanCalls: number;
}

async function chosenOf(
  candidates: readonly Candidate[],
  span: TimeSpan,
  { reached, room, call }: { readonly reached: number; readonly room: number; readonly call: Call },
): Promise<readonly Chosen[]> {
  const sized = await Promise.all(
    candidates.map(async (candidate) => ({
      candidate,
      lines: (await candidate.counts.within(span, call).catch(() => null)) ?? 0,
    })),
  );
  const chosen: Chosen[] = [];
  let left = room;
  for (const { candidate, lines } of sized.sort((a, b) => a.lines - b.lines)) {
    if (isCheaper(lines, candidate.pageSize, reached)) {
      chosen.push({ candidate, scanCalls: Math.ceil(lines / candidate.pageSize) });
    } else if (lines > left) {
      chosen.push({ candidate, scanCalls: Infinity });
    } else left -= lines;
  }
  return chosen;
}

/** True if counting so many lines in so many spans probably takes fewer calls than reading them. */
function isCheaper(lines: number, pageSize: number, spans: number): boolean {
  return Math.ceil(lines / pageSize) > USUAL_SEVERITIES * spans + CALLS_TO_BEGIN;
}

/** The filter, without severities if it selects all of them: fewer sources can filter by severity than can count. */
function withoutAllSeverities(filter: LogFilter): LogFilter {
  if (!LOG_SEVERITIES.every((severity) => severityPasses(SEVERITY_FLOOR[severity], filter))) return filter;
  return { ...filter, ...Object.fromEntries(SEVERITY_FIELDS.map((field) => [field, undefined])) };
}
