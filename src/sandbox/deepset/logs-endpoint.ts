import { moreSaid, totalSaid } from '../doubts.ts';
import type { SandboxReply, SandboxRequest } from '../types.ts';
import type { DeepsetDialect } from './dialect.ts';
import { parseFilter } from './odata.ts';
import type { Predicate } from './odata.ts';
import type { PipelineLog, SortingOrder } from './pipeline-log.ts';
import type { StoredRecord } from './records.ts';
import { failure, InvalidParameter, limitParameter, timeParameter } from './replies.ts';

const COLUMNS = ['log_id', 'message', 'logged_at', 'level', 'origin', 'exceptions', 'extra_fields'];

/** GET /api/v1/workspaces/{workspace}/pipelines/{pipeline}/logs */
export function answerLogs(log: PipelineLog, request: SandboxRequest, dialect: DeepsetDialect): SandboxReply {
  const { query } = request;
  const limit = limitParameter(query, dialect);
  const size = Math.min(limit, dialect.rowsPerPage);
  const order = orderParameter(query, dialect);
  const bound = dialect.ignoresPlace ? null : timeParameter(query, 'after', dialect);
  const after = bound !== null && dialect.after === 'inclusive' ? justBefore(bound, order) : bound;
  const filter = query.get('filter');
  const passes = filter === null ? (): boolean => true : parseFilter(filter, dialect.filterable);
  if (passes === null) return failure(400, 'The filters are invalid.', dialect);
  const { keptSince } = dialect;
  const kept: Predicate = keptSince === null ? passes : (record) => record.time >= keptSince && passes(record);
  const isOlderOnly = after !== null && order === 'ASC' && dialect.afterSide === 'older';
  const matches: Predicate = isOlderOnly ? (record) => record.time < after && kept(record) : kept;
  if (log.size === 0 && dialect.emptyLogs === 'not-found') return failure(404, 'No logs were found.', dialect);
  const rows: StoredRecord[] = [];
  for (const record of log.read(order, isOlderOnly ? null : after, matches)) {
    rows.push(record);
    if (rows.length > size) break;
  }
  const data = rows.slice(0, size).map((record) => wireOf(record, dialect));
  if (wantsCsv(request, dialect)) {
    return { status: 200, headers: { 'content-type': 'text/csv' }, body: toCsv(COLUMNS, data) };
  }
  const more = rows.length > size || (data.length === 0 && dialect.emptyPageSaysMore);
  return {
    status: 200,
    body: {
      data,
      has_more: moreSaid(dialect.more, more),
      total: totalOf(
        log,
        {
          filter: keptSince === null ? filter : `${filter} since ${keptSince}`,
          matches,
          order,
          after,
          onPage: data.length,
        },
        dialect,
      ),
    },
  };
}

/** The exclusive bound that includes rows of that instant. */
function justBefore(time: bigint, order: SortingOrder): bigint {
  return order === 'ASC' ? time - 1n : time + 1n;
}

function orderParameter(query: URLSearchParams, dialect: DeepsetDialect): SortingOrder {
  const text = query.get('order') ?? 'DESC';
  if (text === 'ASC' || text === 'DESC') return dialect.ignoresOrder ? 'DESC' : text;
  throw new InvalidParameter('order', 'enum', "Input should be 'ASC' or 'DESC'", text);
}

function wantsCsv(request: SandboxRequest, dialect: DeepsetDialect): boolean {
  const accept = request.headers['accept'];
  if (accept === undefined) return false;
  return dialect.csvUnlessExactlyJson ? accept !== 'application/json' : accept.includes('text/csv');
}

interface Counted {
  readonly filter: string | null;
  readonly matches: Predicate;
  readonly order: SortingOrder;
  readonly after: bigint | null;
  readonly onPage: number;
}

function totalOf(log: PipelineLog, counted: Counted, { total, totalAfter }: DeepsetDialect): number | null {
  if (total === 'null') return null;
  const { filter, matches, order, after, onPage } = counted;
  const every = log.count(filter, matches);
  const rest = (): number => [...log.read(order, after, matches)].length;
  const all = totalAfter === 'all' || after === null ? every : rest();
  if (typeof total === 'object') return Math.min(all, total.cap);
  return totalSaid(total, { all, start: total === 'shrinking' && after !== null ? every - rest() : 0, onPage });
}

function wireOf(record: StoredRecord, dialect: DeepsetDialect): Record<string, unknown> {
  return {
    log_id: record.log_id,
    message: record.message,
    logged_at: writeTime(record.time, dialect.shownDigits ?? dialect.digits),
    level: record.level,
    origin: record.origin,
    exceptions: record.exceptions,
    extra_fields: record.extra_fields,
  };
}

/** RFC 3339 with exactly `digits` fraction digits. */
export function writeTime(nanoseconds: bigint, digits: number): string {
  const second = 1_000_000_000n;
  const rest = ((nanoseconds % second) + second) % second;
  const base = new Date(Number((nanoseconds - rest) / 1_000_000n)).toISOString().slice(0, 19);
  const fraction = String(rest).padStart(9, '0').slice(0, digits);
  return `${base}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** Rows as RFC 4180 text with a header line; objects as JSON within their cell. */
function toCsv(columns: readonly string[], rows: readonly Readonly<Record<string, unknown>>[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => cellOf(row[column])))];
  return lines.map((cells) => cells.map(quote).join(',')).join('\r\n') + '\r\n';
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
