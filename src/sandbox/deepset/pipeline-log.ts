import { firstIndex } from '../../domain/first-index.ts';
import type { SandboxLine } from '../types.ts';
import type { DeepsetDialect } from './dialect.ts';
import type { Predicate } from './odata.ts';
import { logIdOf, recordOf } from './records.ts';
import type { DeepsetRecord, StoredRecord } from './records.ts';

export type SortingOrder = 'ASC' | 'DESC';

/** Records by index, oldest first: an array, or a function that computes each. */
interface Sequence {
  readonly length: number;
  at(index: number): StoredRecord;
}

const EMPTY: Sequence = { length: 0, at: () => never('an empty log has no records') };

/** The log of one pipeline: written records and a computed part, read by time in both orders. */
export class PipelineLog {
  readonly #name: string;
  readonly #dialect: DeepsetDialect;
  readonly #written: StoredRecord[] = [];
  #computed: Sequence = EMPTY;
  #sequence = 0;
  readonly #counts = new Map<string, number>();

  constructor(name: string, dialect: DeepsetDialect) {
    this.#name = name;
    this.#dialect = dialect;
  }

  get size(): number {
    return this.#written.length + this.#computed.length;
  }

  add(records: readonly DeepsetRecord[]): void {
    this.#counts.clear();
    for (const record of records) {
      const sequence = this.#sequence++;
      const stored = {
        ...record,
        time: this.#cut(record.time),
        sequence,
        log_id: logIdOf(this.#name, `written ${sequence}`),
      };
      this.#written.splice(firstBeyond(arraySequence(this.#written), stored.time), 0, stored);
    }
  }

  compute(count: number, line: (index: number) => SandboxLine): void {
    this.#counts.clear();
    this.#computed = {
      length: count,
      at: (index) => {
        const record = recordOf(line(index));
        return {
          ...record,
          time: this.#cut(record.time),
          sequence: index - count,
          log_id: logIdOf(this.#name, `computed ${index}`),
        };
      },
    };
  }

  /** Matching records strictly after `after` in that order. */
  *read(order: SortingOrder, after: bigint | null, matches: Predicate): Generator<StoredRecord, void, undefined> {
    for (const group of this.#groups(order, after)) {
      for (const record of sortTies(group, order, this.#dialect.tieOrder)) if (matches(record)) yield record;
    }
  }

  /** The number of matching records; counted once per filter until records are added. */
  count(filter: string | null, matches: Predicate): number {
    if (filter === null) return this.size;
    let count = this.#counts.get(filter);
    if (count === undefined) {
      count = 0;
      for (const sequence of [this.#computed, arraySequence(this.#written)]) {
        for (let index = 0; index < sequence.length; index += 1) if (matches(sequence.at(index))) count += 1;
      }
      this.#counts.set(filter, count);
    }
    return count;
  }

  *#groups(order: SortingOrder, after: bigint | null): Generator<StoredRecord[], void, undefined> {
    let group: StoredRecord[] = [];
    for (const record of merged(order, after, this.#computed, arraySequence(this.#written))) {
      if (group.length > 0 && group[0]?.time !== record.time) {
        yield group;
        group = [];
      }
      group.push(record);
    }
    if (group.length > 0) yield group;
  }

  #cut(time: bigint): bigint {
    const step = 10n ** BigInt(9 - this.#dialect.digits);
    return time - (((time % step) + step) % step);
  }
}

function arraySequence(records: readonly StoredRecord[]): Sequence {
  return { length: records.length, at: (index) => records[index] ?? never('the index lies within the log') };
}

/** Index of the first record later than `time`. */
function firstBeyond(sequence: Sequence, time: bigint): number {
  return firstIndex(0, sequence.length, (index) => sequence.at(index).time > time);
}

/** Merges two sequences by time, starting after `after`. */
function* merged(
  order: SortingOrder,
  after: bigint | null,
  ...sequences: readonly [Sequence, Sequence]
): Generator<StoredRecord, void, undefined> {
  const step = order === 'ASC' ? 1 : -1;
  const cursors = sequences.map((sequence) => ({ sequence, index: startOf(sequence, order, after) }));
  const [left, right] = cursors.map((cursor) => () => {
    if (cursor.index < 0 || cursor.index >= cursor.sequence.length) return null;
    return { record: cursor.sequence.at(cursor.index), advance: () => (cursor.index += step) };
  });
  let a = left?.() ?? null;
  let b = right?.() ?? null;
  while (a !== null || b !== null) {
    const takeLeft = b === null || (a !== null && (order === 'ASC') === a.record.time <= b.record.time);
    const head = takeLeft ? a : b;
    if (head === null) return;
    yield head.record;
    head.advance();
    if (takeLeft) a = left?.() ?? null;
    else b = right?.() ?? null;
  }
}

function startOf(sequence: Sequence, order: SortingOrder, after: bigint | null): number {
  if (order === 'ASC') return after === null ? 0 : firstBeyond(sequence, after);
  const end = sequence.length;
  return (after === null ? end : firstIndex(0, end, (index) => sequence.at(index).time >= after)) - 1;
}

function sortTies(
  group: StoredRecord[],
  order: SortingOrder,
  tieOrder: DeepsetDialect['tieOrder'],
): readonly StoredRecord[] {
  if (group.length === 1) return group;
  const byId = (a: StoredRecord, b: StoredRecord): number => (a.log_id < b.log_id ? -1 : 1);
  const byArrival = (a: StoredRecord, b: StoredRecord): number => a.sequence - b.sequence;
  group.sort(tieOrder === 'id' ? byId : byArrival);
  return order === 'DESC' && tieOrder !== 'unreversed' ? group.reverse() : group;
}

function never(reason: string): never {
  throw new Error(reason);
}
