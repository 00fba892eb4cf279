import type { Call } from '../../../domain/call.ts';
import { severityPasses } from '../../../domain/log-filter.ts';
import type { LogFilter } from '../../../domain/log-filter.ts';
import { LOG_SEVERITIES, SEVERITY_FLOOR } from '../../../domain/severity.ts';
import type { LogSeverity } from '../../../domain/severity.ts';
import { formatInstant } from '../../../domain/time.ts';
import type { LineFilter } from '../../api.ts';
import type { RowCounts, TimeSpan } from '../../../pagination/core/partition.ts';
import type { ResolvedScope } from '../slots.ts';
import { borderOf, indexOf } from './grid.ts';
import type { Grid, Tallied } from './grid.ts';
import { Scan } from './scan.ts';
import type { Logs } from './scan.ts';

/** Counts the lines of one scope. */
export interface ScopeCount {
  readonly logs: Logs;
  readonly scope: ResolvedScope;
  /** The client's filter. */
  readonly given: LineFilter;
  readonly counts: RowCounts;
  /** Of each severity that is asked for. Undefined: the source cannot count it. */
  readonly severities: readonly CountsOfSeverity[];
  readonly span: TimeSpan;
  readonly grid: Grid;
  /** Rows of a native page; a severity with few lines is read. */
  readonly pageSize: number;
  /** Most calls that it may take from here on. */
  readonly mostCalls: number;
  readonly call: Call;
}

export interface CountsOfSeverity {
  readonly severity: LogSeverity;
  readonly counts: RowCounts | undefined;
}

/** The counts of each severity that passes the filter. */
export function countsOfSeverities(
  { source, scope }: ResolvedScope,
  filter: LogFilter,
  call: Call,
): Promise<readonly CountsOfSeverity[]> {
  const asked = LOG_SEVERITIES.filter((severity) => severityPasses(SEVERITY_FLOOR[severity], filter));
  return Promise.all(
    asked.map(async (severity) => {
      const { counts } = await source.connector.logs(scope, { ...filter, ...only(severity) }, call);
      return { severity, counts };
    }),
  );
}

/** A count contradicts another one, or lines; or counting would take too many calls. */
class Uncounted extends Error {}

/** Null: the lines have to be read. */
export async function countScope(asked: ScopeCount): Promise<readonly Tallied[] | null> {
  try {
    return await count(asked);
  } catch {
    // The scan that follows reports what is wrong with the source.
    return null;
  }
}

async function count(asked: ScopeCount): Promise<readonly Tallied[]> {
  const { counts, severities, span, call } = asked;
  const [total, ...lines] = await Promise.all([
    counts.proven(span, call),
    ...severities.map(async (one) => ({ ...one, count: await countOf(asked, one) })),
  ]);
  // A severity that the source cannot count has no lines if the others make up the total.
  const sum = lines.reduce((all, { count: one }) => all + one, 0);
  if (total === null || sum !== total) throw new Uncounted();
  const calls = lines.reduce((all, { count: one }) => all + Math.min(pagesOf(one, asked), spansOf(asked)), 0);
  if (calls > asked.mostCalls) throw new Uncounted();
  const tallied = await Promise.all(lines.filter((one) => one.count > 0).map(async (one) => spread(asked, one)));
  return tallied.flat();
}

interface OfSeverity extends CountsOfSeverity {
  readonly count: number;
}

async function countOf({ span, call }: ScopeCount, { counts }: CountsOfSeverity): Promise<number> {
  return counts === undefined ? 0 : known(await counts.within(span, call));
}

/** Where the lines of a severity are: they are read if they fit on fewer pages than there are spans. */
async function spread(asked: ScopeCount, { severity, counts, count }: OfSeverity): Promise<readonly Tallied[]> {
  const tallied =
    counts === undefined || pagesOf(count, asked) <= spansOf(asked)
      ? await readSeverity(asked, severity, count)
      : await countSpans(asked, severity, counts);
  if (tallied.reduce((sum, one) => sum + one.count, 0) !== count) throw new Uncounted();
  return tallied;
}

async function countSpans(
  { span, grid, call }: ScopeCount,
  severity: LogSeverity,
  counts: RowCounts,
): Promise<readonly Tallied[]> {
  const last = indexOf(grid, span.before - 1n);
  return Promise.all(
    Array.from({ length: last + 1 }, async (_, index) => {
      const since = index === 0 ? span.since : borderOf(grid, index);
      const before = index === last ? span.before : borderOf(grid, index + 1);
      return { index, severity, count: known(await counts.within({ since, before }, call)) };
    }),
  );
}

async function readSeverity(
  { logs, given, scope: { source, scope }, span, grid, call }: ScopeCount,
  severity: LogSeverity,
  count: number,
): Promise<readonly Tallied[]> {
  const times = { since: formatInstant(span.since), until: formatInstant(span.before) };
  const scan = new Scan(logs, [{ source: source.name, scope }], { ...given, ...only(severity), ...times }, call);
  await scan.read(Math.ceil(count / logs.maxPageSize) + 1);
  if (!scan.reachedStart || scan.failures.size > 0) throw new Uncounted();
  return scan.lines.map(({ time }) => ({ index: indexOf(grid, time), severity, count: 1 }));
}

/** The fields of a filter that select one severity. */
function only(severity: LogSeverity): LogFilter {
  return { minSeverity: undefined, includeUnspecified: undefined, severityIn: [severity] };
}

function known(count: number | null): number {
  if (count === null) throw new Uncounted();
  return count;
}

function pagesOf(count: number, { pageSize }: ScopeCount): number {
  return Math.ceil(count / pageSize);
}

function spansOf({ grid, span }: ScopeCount): number {
  return indexOf(grid, span.before - 1n) + 1;
}
