import { asError } from '../../../domain/errors.ts';
import type { Recency } from '../../../domain/call.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { BeginRows, RowSink } from '../../../pagination/whole-response/whole-response.ts';
import { LateEntry } from './entry.ts';
import type { LineItem, LogItem, OddItem } from './body/groups.ts';
import { OddLines } from './odd-lines.ts';
import { selects } from '../pushdown.ts';
import { severityOfLevel } from '../severity.ts';
import type { Selection } from '../pushdown.ts';
import { TaskTable } from './task-table.ts';

/** A reader of a job's lines. Without `begin` it reads only the tasks. */
export interface Reader {
  readonly job: string;
  readonly selection: Selection;
  readonly begin: BeginRows<LogEntry> | null;
  /** The recency of the reader's call. */
  readonly recency: Recency;
  /** Set when the sink has thrown. It gets no more lines, but other readers go on. */
  failure: Error | null;
}

/** The result for a reader after the answer has been read. */
export interface LogAnswer {
  readonly tasks: TaskTable;
  readonly odd: OddLines;
  /** True if the answer has exactly the vendor's maximum of lines, so lines may be missing. */
  readonly truncated: boolean;
}

/** Distributes the lines of one answer, while it arrives, to all readers that select them. */
export class FanOut {
  readonly #readers: readonly Reader[];
  readonly #taking: readonly { readonly reader: Reader; readonly sink: RowSink<LogEntry> }[];
  readonly #tasks = new TaskTable();
  readonly #count = new LineCount();
  readonly #odd = new OddLines();

  constructor(readers: readonly Reader[]) {
    this.#readers = readers;
    this.#taking = readers.flatMap((reader) => (reader.begin === null ? [] : [{ reader, sink: reader.begin() }]));
  }

  take(item: LogItem): void {
    if (item.is === 'line') this.#line(item);
    else if (item.is === 'odd') this.#oddLine(item);
    else this.#tasks.task(item.taskId);
  }

  /** The result. Call it when the answer has been read to its end. */
  answer(cap: number | null): LogAnswer {
    return { tasks: this.#tasks, odd: this.#odd, truncated: this.#count.reaches(cap) };
  }

  #oddLine({ service, taskId, reason }: OddItem): void {
    if (service !== null) this.#count.line(taskId ?? service);
    if (taskId !== null) this.#tasks.task(taskId);
    this.#odd.note(service, taskId, reason);
  }

  #line({ service, taskId, instance }: LineItem): void {
    this.#count.line(taskId ?? service);
    if (taskId !== null) this.#tasks.line(taskId, instance.nanoseconds);
    const row = new LateEntry(service, taskId, instance);
    for (const { reader, sink } of this.#taking) {
      if (reader.failure !== null) continue;
      const { selection } = reader;
      const severity = selection.severity === null ? 0 : severityOfLevel(instance.level).number;
      if (!selects(selection, service, taskId, severity)) continue;
      try {
        sink(row);
      } catch (error) {
        this.#fail(reader, error);
      }
    }
  }

  /** Marks a reader as failed. Throws if no reader is left. */
  #fail(reader: Reader, error: unknown): void {
    reader.failure = asError(error);
    if (this.#readers.every(({ failure }) => failure !== null)) throw reader.failure;
  }
}

/** Counts the lines of an answer, in all and per group. */
class LineCount {
  #all = 0;
  readonly #groups = new Map<string, number>();

  line(group: string): void {
    this.#all += 1;
    this.#groups.set(group, (this.#groups.get(group) ?? 0) + 1);
  }

  /** True if the answer, or one group of it, has exactly the vendor's maximum of lines. */
  reaches(cap: number | null): boolean {
    if (cap === null) return false;
    return this.#all === cap || [...this.#groups.values()].includes(cap);
  }
}
