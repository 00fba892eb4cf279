import { firstIndex } from '../../domain/first-index.ts';
import type { SandboxLine } from '../types.ts';
import { computedLogId } from './ids.ts';
import { EMPTY, mergeSorted, sequenceOf } from '../sequence.ts';
import type { Sequence } from '../sequence.ts';

/** A line with this vendor's own fields. `message` may be a template over `parameters`. */
export interface TaskLogLine extends SandboxLine {
  readonly parameters?: unknown;
  readonly progress?: number;
  /** Milliseconds since the epoch. */
  readonly eta?: number;
}

/** A stored line; the vendor's clock has milliseconds. */
export interface StoredRow {
  readonly id: string;
  readonly milliseconds: number;
  /** Order of arrival within its log. */
  readonly sequence: number;
  readonly line: TaskLogLine;
}

/** The rows to read, and their order. Bounds are inclusive milliseconds. */
export interface RowSelection {
  readonly since: number;
  readonly upTo: number;
  /** True: rows of equal time are ordered by id (in the same direction); false: as they were stored. */
  readonly tieById: boolean;
  readonly descending: boolean;
}

/** The log of one task: written rows, and a computed part that may be millions of lines long. */
export class LogStore {
  readonly #written = new Map<boolean, { rows: StoredRow[]; sorted: boolean }>([
    [true, { rows: [], sorted: true }],
    [false, { rows: [], sorted: true }],
  ]);
  readonly #ordinal: number;
  #computed: Sequence<StoredRow> = EMPTY;
  #stored = 0;
  #revision = 0;

  constructor(ordinal: number) {
    this.#ordinal = ordinal;
  }

  /** Increases with each change. */
  get revision(): number {
    return this.#revision;
  }

  write(lines: readonly TaskLogLine[], nextId: () => string): void {
    this.#revision += 1;
    for (const line of lines) {
      const row = { id: nextId(), milliseconds: toMilliseconds(line.time), sequence: this.#stored++, line };
      for (const list of this.#written.values()) {
        list.rows.push(row);
        list.sorted = false;
      }
    }
  }

  /** Computes lines, oldest first; their ids increase with the index. They count as stored before the written ones. */
  generate(count: number, line: (index: number) => TaskLogLine): void {
    const ordinal = this.#ordinal;
    this.#revision += 1;
    this.#computed = {
      length: count,
      at(index) {
        const computed = line(index);
        const id = computedLogId(ordinal, index);
        return { id, milliseconds: toMilliseconds(computed.time), sequence: index - count, line: computed };
      },
    };
  }

  /** The rows of a selection, by index; finding them takes time logarithmic in the length of the log. */
  select(selection: RowSelection): Sequence<StoredRow> {
    const { since, upTo, tieById, descending } = selection;
    const all = this.#ascending(tieById);
    const start = firstIndex(0, all.length, (index) => all.at(index).milliseconds >= since);
    const end = firstIndex(start, all.length, (index) => all.at(index).milliseconds > upTo);
    const range: Sequence<StoredRow> = { length: end - start, at: (index) => all.at(start + index) };
    if (!descending) return range;
    return tieById ? reversed(range) : reversedKeepingTies(range);
  }

  #ascending(tieById: boolean): Sequence<StoredRow> {
    const compare = tieById ? byTimeAndId : byTimeAndSequence;
    const written = this.#written.get(tieById);
    if (written === undefined) return this.#computed;
    // Appended lines leave the list nearly sorted, so sorting is fast.
    if (!written.sorted) written.rows.sort(compare);
    written.sorted = true;
    return mergeSorted(sequenceOf(written.rows), this.#computed, compare);
  }
}

function reversed(range: Sequence<StoredRow>): Sequence<StoredRow> {
  return { length: range.length, at: (index) => range.at(range.length - 1 - index) };
}

/** A stable descending sort: later times first, rows of equal time in the order of arrival. */
function reversedKeepingTies(range: Sequence<StoredRow>): Sequence<StoredRow> {
  return {
    length: range.length,
    at(index) {
      const mirrored = range.length - 1 - index;
      const { milliseconds } = range.at(mirrored);
      const start = firstIndex(0, mirrored, (other) => range.at(other).milliseconds >= milliseconds);
      const end = firstIndex(mirrored, range.length, (other) => range.at(other).milliseconds > milliseconds);
      return range.at(start + (end - 1 - mirrored));
    },
  };
}

function byTimeAndId(a: StoredRow, b: StoredRow): number {
  if (a.milliseconds !== b.milliseconds) return a.milliseconds - b.milliseconds;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function byTimeAndSequence(a: StoredRow, b: StoredRow): number {
  return a.milliseconds - b.milliseconds || a.sequence - b.sequence;
}

function toMilliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000n);
}
