import { asError } from '../../../domain/errors.ts';
import DataLoader from 'dataloader';
import type { Call, Recency } from '../../../domain/call.ts';
import { afterResting } from '../../../domain/fair-share.ts';
import type { OpenKeptRows } from '../../../domain/kept-rows.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { SourceHttp } from '../../../http/client.ts';
import type { BeginRows } from '../../../pagination/whole-response/whole-response.ts';
import { FanOut } from './answer.ts';
import type { LogAnswer, Reader } from './answer.ts';
import type { LogItem } from './body/groups.ts';
import { LogQueries } from './queries.ts';
import { unionOf } from '../pushdown.ts';
import type { LogQuery, Selection } from '../pushdown.ts';

/** The state that is kept for one call. */
interface CallState {
  readonly readers: DataLoader<Reader, LogAnswer>;
  /** Whole answers of jobs that were read without a filter that hides tasks. */
  readonly answers: Map<string, LogAnswer>;
  /** The number of lines by job and selection; null: the answer was cut. */
  readonly counts: Map<string, Promise<number | null>>;
}

const ALL_TASKS: Selection = { services: ['TASKRUNNER'], taskIds: null, severity: null };

/**
 * Reads logs and tasks of jobs. Readers of one job that begin together in one call share one POST /logs with the union of
 * their selections, and each gets only the rows of its own.
 */
export class LogReader {
  readonly #queries: LogQueries;
  readonly #cap: number | null;

  /** `cap`: an answer of exactly this many lines may have been cut. */
  constructor(http: SourceHttp, cap: number | null) {
    this.#queries = new LogQueries(http);
    this.#cap = cap;
  }

  lines(job: string, selection: Selection, begin: BeginRows<LogEntry>, call: Call): Promise<LogAnswer> {
    let count = 0;
    const beginCounting: BeginRows<LogEntry> = () => {
      const sink = begin();
      count = 0;
      return (row) => {
        count += 1;
        sink(row);
      };
    };
    const answer = this.#join({ job, selection, begin: beginCounting }, call);
    const counted = answer.then(({ truncated }) => (truncated ? null : count));
    // The reading caller gets the failure. A counting caller requests again.
    counted.catch(() => undefined);
    this.#state(call).counts.set(nameOf(job, selection), counted);
    return answer;
  }

  keeping(call: Call): OpenKeptRows {
    return this.#queries.keeping(call);
  }

  /** The number of lines, from an answer that this call has received or is about to receive, if possible. */
  async count(job: string, selection: Selection, call: Call): Promise<number | null> {
    const known = this.#state(call).counts.get(nameOf(job, selection));
    const count = await known?.catch(() => undefined);
    if (count !== undefined) return count;
    let lines = 0;
    const begin: BeginRows<LogEntry> = () => {
      lines = 0;
      return () => void (lines += 1);
    };
    const { truncated } = await this.lines(job, selection, begin, call);
    return truncated ? null : lines;
  }

  /** All tasks that the log names. */
  async tasks(job: string, call: Call): Promise<LogAnswer> {
    return this.#state(call).answers.get(job) ?? this.#join({ job, selection: ALL_TASKS, begin: null }, call);
  }

  /** An answer that contains the task if the job has it. */
  async task(job: string, taskId: string, call: Call): Promise<LogAnswer> {
    const known = this.#state(call).answers.get(job);
    if (known !== undefined) return known;
    const selection = { ...ALL_TASKS, taskIds: new Set([taskId]) };
    const answer = await this.#join({ job, selection, begin: null }, call);
    // A group without lines may just echo the requested id.
    return answer.tasks.has(taskId) && !answer.tasks.hasLines(taskId) ? this.tasks(job, call) : answer;
  }

  #join(wanted: Pick<Reader, 'job' | 'selection' | 'begin'>, call: Call): Promise<LogAnswer> {
    return this.#state(call).readers.load({ ...wanted, recency: call.recency, failure: null });
  }

  #state(call: Call): CallState {
    return call.scoped(this, 'logs', () => {
      const answers = new Map<string, LogAnswer>();
      const readers = new DataLoader<Reader, LogAnswer>((batch) => this.#readBatch(batch, answers, call), {
        cache: false,
        batchScheduleFn: afterResting,
      });
      return { readers, answers, counts: new Map<string, Promise<number | null>>() };
    });
  }

  async #readBatch(
    batch: readonly Reader[],
    answers: Map<string, LogAnswer>,
    call: Call,
  ): Promise<readonly (LogAnswer | Error)[]> {
    const jobs = new Map<string, Reader[]>();
    for (const reader of batch) jobs.set(reader.job, [...(jobs.get(reader.job) ?? []), reader]);
    const results = new Map<string, LogAnswer | Error>();
    await Promise.all(
      [...jobs].map(async ([job, readers]) => {
        results.set(job, await this.#readTogether(job, readers, answers, call).catch(asError));
      }),
    );
    return batch.map(({ job, failure }) => failure ?? results.get(job) ?? new Error('The log was not read.'));
  }

  async #readTogether(
    job: string,
    readers: readonly Reader[],
    answers: Map<string, LogAnswer>,
    call: Call,
  ): Promise<LogAnswer> {
    const query = unionOf(readers.map(({ selection }) => selection));
    let fanOut: FanOut | undefined;
    const begin = (): ((item: LogItem) => void) => {
      const begun = (fanOut = new FanOut(readers));
      return (item) => {
        begun.take(item);
      };
    };
    const recency = recencyOf(readers);
    const answered = await this.#queries.read(job, query, begin, { ...call, recency });
    for (const reader of readers) if (reader.recency.inSequence) reader.recency.notBefore = recency.notBefore;
    if (fanOut === undefined) throw new Error('An answer ended before it had begun.');
    const answer = fanOut.answer(this.#cap);
    if (showsAllTasks(answered) && !answer.truncated) answers.set(job, answer);
    return answer;
  }
}

function showsAllTasks({ services, taskIds, levels }: LogQuery): boolean {
  return taskIds.length === 0 && levels.length === 0 && (services.length === 0 || services.includes('TASKRUNNER'));
}

/** The recency that makes the answer new enough for every reader. */
function recencyOf(readers: readonly Reader[]): Recency {
  return { notBefore: Math.max(...readers.map(({ recency }) => recency.notBefore)), inSequence: true };
}

function nameOf(job: string, { services, taskIds, severity }: Selection): string {
  return JSON.stringify([job, services, taskIds === null ? null : [...taskIds].sort(), severity]);
}
