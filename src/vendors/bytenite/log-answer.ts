import type { LogEntry } from '../../domain/log-entry.ts';
import type { RowSink } from '../../pagination/whole-response.ts';
import { LineCount } from './line-count.ts';
import { entryOf } from './log-entry.ts';
import type { LogStreamSink } from './log-groups.ts';
import { selects } from './selection.ts';
import type { Selection } from './selection.ts';
import { severityOfLevel } from './severity.ts';
import { TaskTable } from './task-table.ts';

/** One who wants lines of a job. Without a sink only its tasks are wanted. */
export interface Reader {
  readonly job: string;
  readonly selection: Selection;
  readonly sink: RowSink<LogEntry> | null;
  /** Set when the sink has thrown: it gets nothing more, and the others go on. */
  failure: Error | null;
}

/** What a reader is told when the answer has been read. */
export interface LogAnswer {
  readonly tasks: TaskTable;
  /** May lines be missing, because the answer has as many as the vendor gives at most? */
  readonly truncated: boolean;
}

/** Takes the lines of one answer while it arrives, and gives each to every reader that selects it. */
export class FanOut implements LogStreamSink {
  readonly #readers: readonly Reader[];
  readonly #tasks = new TaskTable();
  readonly #count = new LineCount();

  constructor(readers: readonly Reader[]) {
    this.#readers = readers;
  }

  line(...[service, taskId, instance]: Parameters<LogStreamSink['line']>): void {
    this.#count.line(taskId ?? service);
    if (taskId !== null) this.#tasks.line(taskId, instance.time.nanoseconds);
    const severity = severityOfLevel(instance.level).number;
    for (const reader of this.#readers) {
      if (reader.sink === null || reader.failure !== null) continue;
      if (!selects(reader.selection, service, taskId, severity)) continue;
      try {
        reader.sink(entryOf(service, taskId, instance));
      } catch (error) {
        this.#fail(reader, error);
      }
    }
  }

  task(taskId: string): void {
    this.#tasks.task(taskId);
  }

  /** To be asked when the answer has been read to its end. */
  answer(cap: number | null): LogAnswer {
    return { tasks: this.#tasks, truncated: this.#count.reaches(cap) };
  }

  /** Throws when there is nobody left to read for. */
  #fail(reader: Reader, error: unknown): void {
    reader.failure = error instanceof Error ? error : new Error('A reader of log lines failed.', { cause: error });
    if (this.#readers.every(({ failure }) => failure !== null)) throw reader.failure;
  }
}
