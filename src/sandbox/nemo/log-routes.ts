import { moreSaid, totalSaid } from '../doubts.ts';
import type { SandboxReply, SandboxRequest } from '../types.ts';
import { formatTime } from './dialect.ts';
import type { LogDialect } from './dialect.ts';
import type { PartFilter, StoredLine } from './line-log.ts';
import type { DirectedPage } from './page-tokens.ts';
import { LOG_QUERY_FAILED, failure, integerParameter, invalidParameter } from './replies.ts';
import { currentAttempt } from './state.ts';
import type { AttemptState, JobState } from './state.ts';

/** The names that the log store accepts; any other makes the query fail. */
const STORABLE_NAME = /^[A-Za-z0-9._:-]{1,128}$/;

/** GET …/jobs/{name}/logs: a page of one attempt's lines, ordered by time only. `turn` is the number of the call. */
export function logPage(job: JobState, request: SandboxRequest, dialect: LogDialect, turn: number): SandboxReply {
  const { query } = request;
  const cap = dialect.generation === 'A' ? undefined : 10_000;
  const limit = integerParameter(query, 'limit', { fallback: 100, above: 0, most: cap });
  if (typeof limit !== 'number') return limit;
  const attempt = attemptOf(job, query.get('attempt_id'), dialect);
  if (attempt !== null && 'reply' in attempt) return attempt.reply;
  const filter = { step: query.get('step_id') ?? undefined, task: query.get('task_id') ?? undefined };
  if (![job.name, filter.step, filter.task].every((name) => name === undefined || STORABLE_NAME.test(name))) {
    return LOG_QUERY_FAILED;
  }
  if (limit > 1000 && dialect.generation === 'A') return LOG_QUERY_FAILED;
  const tail = query.get('tail');
  if (tail !== null && dialect.generation !== 'A') return tailPage(job, query, attempt, filter, dialect, turn);
  const cursor = query.get('page_cursor');
  const first = { page: 1, direction: 0 as const };
  const page = cursor === null || dialect.ignoresPlace ? first : dialect.tokens.pageOf(cursor, job.name);
  if (page === null) return refusedCursor(dialect);
  return readPage(job, attempt, filter, page, Math.min(limit, dialect.rowsPerPage), dialect, turn);
}

/** The attempt whose lines are requested; null if no line can match; a reply if the vendor refuses. */
function attemptOf(
  job: JobState,
  wanted: string | null,
  { generation }: LogDialect,
): AttemptState | { readonly reply: SandboxReply } | null {
  const current = currentAttempt(job);
  if (wanted === null) return current;
  if (generation === 'C') {
    const found = wanted === 'current' ? current : job.attempts.find(({ id }) => id === wanted);
    return found ?? { reply: failure(404, `Attempt '${wanted}' not found for job '${job.name}'.`) };
  }
  if (!/^\s*[+-]?\d+\s*$/.test(wanted)) {
    const message = 'Input should be a valid integer, unable to parse string as an integer';
    return { reply: invalidParameter('attempt_id', 'int_parsing', message, wanted) };
  }
  return generation === 'A' ? { reply: LOG_QUERY_FAILED } : null;
}

function refusedCursor(dialect: LogDialect): SandboxReply {
  return dialect.badCursor === 500 ? LOG_QUERY_FAILED : failure(dialect.badCursor, 'Invalid page cursor');
}

function readPage(
  job: JobState,
  attempt: AttemptState | null,
  filter: PartFilter,
  { page, direction }: DirectedPage,
  limit: number,
  dialect: LogDialect,
  turn: number,
): SandboxReply {
  const count = attempt?.log.count(filter) ?? 0;
  const skipped = (page - 1) * limit;
  const [start, end] = direction === 0 ? [skipped, skipped + limit] : [count - skipped - limit, count - skipped];
  const kept = Math.min(end, dialect.emptyFrom);
  const lines = attempt?.log.window(filter, start, kept, dialect.shuffleTies ? turn : null) ?? [];
  if (direction === 1) lines.reverse();
  const isMore = moreSaid(dialect.more, skipped + limit < count) === true;
  const further = isMore ? (dialect.nextIsSecond ? 2 : page + 1) : null;
  const nearer = page > 1 ? page - 1 : null;
  const tokenOf = (to: number | null): string | null =>
    to === null ? null : dialect.tokens.tokenOf({ page: to, direction }, job.name);
  // A page past the end has a total of 0.
  const all = lines.length === 0 && skipped >= count ? 0 : count;
  const total = totalSaid(dialect.total, { all, start: skipped, onPage: lines.length });
  return pageReply(job, lines, total, dialect, {
    // For newest-first pages, the older ones are "previous".
    next: tokenOf(direction === 0 ? further : nearer),
    previous: tokenOf(direction === 0 ? nearer : further),
  });
}

/** The last lines, oldest first. */
function tailPage(
  job: JobState,
  query: URLSearchParams,
  attempt: AttemptState | null,
  filter: PartFilter,
  dialect: LogDialect,
  turn: number,
): SandboxReply {
  if (query.has('limit') || query.has('page_cursor')) {
    return failure(400, 'tail cannot be combined with limit or page_cursor');
  }
  const tail = integerParameter(query, 'tail', { fallback: 1, above: 0, most: 10_000 });
  if (typeof tail !== 'number') return tail;
  const count = attempt?.log.count(filter) ?? 0;
  const lines = attempt?.log.window(filter, count - tail, count, dialect.shuffleTies ? turn : null) ?? [];
  return pageReply(job, lines, count, dialect, { next: null, previous: null });
}

function pageReply(
  job: JobState,
  lines: readonly StoredLine[],
  total: number | null,
  dialect: LogDialect,
  pages: { readonly next: string | null; readonly previous: string | null },
): SandboxReply {
  const data = lines.map((line) => ({
    timestamp: formatTime(line.time, dialect.zone),
    job: job.name,
    job_step: line.step,
    job_task: line.task,
    message: line.message,
  }));
  const next = endOf(pages.next, dialect);
  const previous = endOf(pages.previous, dialect);
  return { status: 200, body: { data, total, next_page: next, prev_page: previous } };
}

/** Undefined is left out of the JSON. */
function endOf(token: string | null, { nextPageAtEnd }: LogDialect): string | null | undefined {
  if (token !== null) return token;
  if (nextPageAtEnd === 'missing') return undefined;
  return nextPageAtEnd === 'empty' ? '' : null;
}
