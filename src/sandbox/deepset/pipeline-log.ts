import { firstIndex } from '../../domain/first-index.ts';
import { EMPTY, insertByTime, mergeSorted, sequenceOf } from '../sequence.ts';
import type { Sequence } from '../sequence.ts';
import type { SandboxLine } from '../types.ts';
import type { DeepsetDialect } from './dialect.ts';
import type { Predicate } from './odata.ts';
import { logIdOf, recordOf } from './records.ts';
import type { DeepsetRecord, StoredRecord } from './records.ts';

export type SortingOrder = 'ASC' | 'DESC';

/** The log of one pipeline: written records and a computed part, read by time in both orders. */
export class PipelineLog {
  readonly #name: string;
  readonly #dialect: DeepsetDialect;
  readonly #written: StoredRecord[] = [];
  #computed: Sequence<StoredRecord> = EMPTY;
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
      insertByTime(this.#written, this.#stored(record, sequence, `written ${sequence}`));
    }
  }

  compute(count: number, line: (index: number) => SandboxLine): void {
    this.#counts.clear();
    this.#computed = {
      length: count,
      at: (index) => this.#stored(recordOf(line(index)), index - count, `computed ${index}`),
    };
  }

  #stored(record: DeepsetRecord, sequence: number, name: string): StoredRecord {
    return { ...record, time: this.#cut(record.time), sequence, log_id: logIdOf(this.#name, name) };
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
      for (const sequence of [this.#computed, sequenceOf(this.#written)]) {
        for (let index = 0; index < sequence.length; index += 1) if (matches(sequence.at(index))) count += 1;
      }
      this.#counts.set(filter, count);
    }
    return count;
  }

  *#groups(order: SortingOrder, after: bigint | null): Generator<StoredRecord[], void, undefined> {
    const parts = [this.#computed, sequenceOf(this.#written)] as const;
    const all = mergeSorted(...parts, (a, b) => Number(a.time - b.time));
    const isUp = order === 'ASC';
    const isBehind = (time: bigint): boolean => (after === null ? isUp : isUp ? time > after : time >= after);
    // Where each part begins, so that few lines are computed.
    const begins = parts.map((part) => firstIndex(0, part.length, (index) => isBehind(part.at(index).time)));
    const begin = begins.reduce((sum, one) => sum + one);
    let group: StoredRecord[] = [];
    for (let index = isUp ? begin : begin - 1; index >= 0 && index < all.length; index += isUp ? 1 : -1) {
      const record = all.at(index);
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
