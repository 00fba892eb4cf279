import DataLoader from 'dataloader';
import type { Call } from '../../domain/call.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import type { SourceHttp } from '../../http/client.ts';
import type { RowSink } from '../../pagination/whole-response.ts';
import { entryOf } from './log-entry.ts';
import type { LogStreamSink } from './log-groups.ts';
import { LogQueries } from './log-queries.ts';
import { selects, unionOf } from './selection.ts';
import type { LogQuery, Selection } from './selection.ts';
import { severityOfLevel } from './severity.ts';
import { TaskTable } from './task-table.ts';

/** One who wants lines of a job. Without a sink only its tasks are wanted. */
interface Reader {
  readonly job: string;
  readonly selection: Selection;
  readonly sink: RowSink<LogEntry> | null;
  /** Set when the sink has thrown: it gets nothing more, and the others go on. */
  failure: Error | null;
}

/** What one call remembers. */
interface CallState {
  readonly readers: DataLoader<Reader, TaskTable>;
  /** Tasks of jobs whose lines have been read without a filter that hides tasks. */
  readonly tables: Map<string, TaskTable>;
}

const ALL_TASKS: Selection = { services: ['TASKRUNNER'], taskIds: null, severity: null };

/**
 * Reads logs and tasks of jobs. Whoever asks about one job in the same tick of one call shares one
 * POST /logs, under the union of what they want, and is given the rows of its own selection.
 */
export class LogReader {
  readonly #queries: LogQueries;

  constructor(http: SourceHttp) {
    this.#queries = new LogQueries(http);
  }

  async lines(job: string, selection: Selection, sink: RowSink<LogEntry>, call: Call): Promise<void> {
    await this.#state(call).readers.load({ job, selection, sink, failure: null });
  }

  /** All tasks that the log names. */
  async tasks(job: string, call: Call): Promise<TaskTable> {
    return (
      this.#known(job, call) ?? this.#state(call).readers.load({ job, selection: ALL_TASKS, sink: null, failure: null })
    );
  }

  /** A table that has that task, if the job has it. */
  async task(job: string, taskId: string, call: Call): Promise<TaskTable> {
    const known = this.#known(job, call);
    if (known !== undefined) return known;
    const selection = { ...ALL_TASKS, taskIds: new Set([taskId]) };
    const table = await this.#state(call).readers.load({ job, selection, sink: null, failure: null });
    // A group without lines may be no more than an echo of the id that was asked for.
    return table.has(taskId) && !table.hasLines(taskId) ? this.tasks(job, call) : table;
  }

  /** A poller's call lives for long: it must see tasks that have begun since. */
  #known(job: string, call: Call): TaskTable | undefined {
    return call.priority === 'interactive' ? this.#state(call).tables.get(job) : undefined;
  }

  #state(call: Call): CallState {
    return call.scoped(this, 'logs', () => {
      const tables = new Map<string, TaskTable>();
      const readers = new DataLoader<Reader, TaskTable>((batch) => this.#readBatch(batch, tables, call), {
        cache: false,
      });
      return { readers, tables };
    });
  }

  async #readBatch(
    batch: readonly Reader[],
    tables: Map<string, TaskTable>,
    call: Call,
  ): Promise<readonly (TaskTable | Error)[]> {
    const jobs = new Map<string, Reader[]>();
    for (const reader of batch) jobs.set(reader.job, [...(jobs.get(reader.job) ?? []), reader]);
    const results = new Map<string, TaskTable | Error>();
    await Promise.all(
      [...jobs].map(async ([job, readers]) => {
        results.set(job, await this.#readTogether(job, readers, tables, call).catch(asError));
      }),
    );
    return batch.map(({ job, failure }) => failure ?? results.get(job) ?? new Error('The log was not read.'));
  }

  async #readTogether(
    job: string,
    readers: readonly Reader[],
    tables: Map<string, TaskTable>,
    call: Call,
  ): Promise<TaskTable> {
    const table = new TaskTable();
    const query = unionOf(readers.map(({ selection }) => selection));
    const answered = await this.#queries.read(job, query, fanOut(readers, table), call);
    if (showsAllTasks(answered)) tables.set(job, table);
    return table;
  }
}

function fanOut(readers: readonly Reader[], table: TaskTable): LogStreamSink {
  return {
    line(service, taskId, instance) {
      if (taskId !== null) table.line(taskId, instance.time.nanoseconds);
      const severity = severityOfLevel(instance.level).number;
      for (const reader of readers) {
        if (reader.sink === null || reader.failure !== null) continue;
        if (!selects(reader.selection, service, taskId, severity)) continue;
        try {
          reader.sink(entryOf(service, taskId, instance));
        } catch (error) {
          reader.failure = asError(error);
          if (readers.every(({ failure }) => failure !== null)) throw reader.failure;
        }
      }
    },
    task(taskId) {
      table.task(taskId);
    },
  };
}

function showsAllTasks({ services, taskIds, levels }: LogQuery): boolean {
  return taskIds.length === 0 && levels.length === 0 && (services.length === 0 || services.includes('TASKRUNNER'));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('Reading a log failed.', { cause: error });
}
