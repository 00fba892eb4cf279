import type { Call } from '../../../domain/call.ts';
import { hasStatus, unknownJob } from '../../../domain/errors.ts';
import type { TributaryError } from '../../../domain/errors.ts';
import type { OpenKeptRows } from '../../../domain/kept-rows.ts';
import type { SourceHttp } from '../../../http/client.ts';
import type { Begin } from '../../../http/policy/shared-stream.ts';
import { EVERYTHING } from '../pushdown.ts';
import type { LogQuery } from '../pushdown.ts';
import { postLogs } from '../api.ts';
import type { LogItem } from './body/groups.ts';
import { isJobId } from '../keys.ts';

/**
 * Calls POST /logs. A filter that the source refuses with 400 is dropped and not sent again: the reader applies it
 * anyway.
 */
export class LogQueries {
  readonly #http: SourceHttp;
  readonly #refused = new Set<keyof LogQuery>();

  constructor(http: SourceHttp) {
    this.#http = http;
  }

  /**
   * Reads the lines of a job that match the query, or the part of it that the source accepts. Returns the query that
   * was answered. Callers with the same query at the same time share the answer, even across calls.
   */
  async read(job: string, query: LogQuery, begin: Begin<LogItem>, call: Call): Promise<LogQuery> {
    const tasks = new Set<string>();
    const beginNoting: Begin<LogItem> = () => {
      const take = begin();
      return (item) => {
        if (item.is === 'task') tasks.add(item.taskId);
        take(item);
      };
    };
    const answered = await this.#ask(job, this.#accepted(query), beginNoting, call);
    // Ids come from clients. Only a refusal of existing ids shows that the source does not accept the filter.
    const refused = answered.taskIds.length < query.taskIds.length;
    if (refused && query.taskIds.every((taskId) => tasks.has(taskId))) this.#refused.add('taskIds');
    return answered;
  }

  keeping(call: Call): OpenKeptRows {
    return this.#http.keeping(call);
  }

  async #ask(job: string, query: LogQuery, begin: Begin<LogItem>, call: Call): Promise<LogQuery> {
    const attempts = fallbacksOf(query);
    for (const [index, attempt] of attempts.entries()) {
      try {
        await postLogs(this.#http, job, attempt, begin, call);
        if (index > 0) this.#remember(query, attempt);
        return attempt;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        if (index === attempts.length - 1) throw this.#explained(error, job);
      }
    }
    throw new Error('There is always a query without filters to fall back to.');
  }

  #accepted(query: LogQuery): LogQuery {
    return {
      taskIds: this.#refused.has('taskIds') ? [] : query.taskIds,
      levels: this.#refused.has('levels') ? [] : query.levels,
      services: this.#refused.has('services') ? [] : query.services,
    };
  }

  #remember(refused: LogQuery, answered: LogQuery): void {
    for (const part of ['levels', 'services'] as const) {
      if (refused[part].length > 0 && answered[part].length === 0) this.#refused.add(part);
    }
  }

  /** Without filters, only the job's id can be wrong about a request. */
  #explained(error: TributaryError, job: string): TributaryError {
    if (isJobId(job)) return error;
    return unknownJob(this.#http.source, job, { cause: error });
  }
}

/** The query, then without task ids (which clients name), then without any filter. */
function fallbacksOf(query: LogQuery): readonly LogQuery[] {
  const fallbacks = [query];
  if (query.taskIds.length > 0) fallbacks.push({ ...query, taskIds: [] });
  if (query.levels.length > 0 || query.services.length > 0) fallbacks.push(EVERYTHING);
  return fallbacks;
}

function isRefusal(error: unknown): error is TributaryError {
  return hasStatus(error, 400) && error.code === 'SOURCE_BAD_RESPONSE';
}
