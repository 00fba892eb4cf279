import { firstIndex } from '../../domain/first-index.ts';
import { EMPTY, insertByTime, mergeSorted, sequenceOf } from '../sequence.ts';
import type { Sequence } from '../sequence.ts';

/** A stored log line. `time` is nanoseconds, cut to the vendor's microseconds. */
export interface StoredLine {
  readonly time: bigint;
  readonly step: string;
  readonly task: string;
  readonly message: string;
}

/** Selects lines of this step and task; undefined: of any. */
export interface PartFilter {
  readonly step?: string | undefined;
  readonly task?: string | undefined;
}

/**
 * The log of one attempt, ordered by time only. Lines are written (kept sorted; equal times in order of arrival),
 * computed on demand for logs too long to store, or both.
 */
export class LineLog {
  #generated: Sequence<StoredLine> = EMPTY;
  readonly #written: StoredLine[] = [];
  readonly #indexes = new Map<string, Uint32Array>();

  add(lines: readonly StoredLine[]): void {
    for (const line of lines) insertByTime(this.#written, line);
    this.#indexes.clear();
  }

  /** Replaces the computed lines; `line` returns them in time order. */
  generate(count: number, line: (index: number) => StoredLine): void {
    this.#generated = { length: count, at: line };
    this.#indexes.clear();
  }

  count(filter: PartFilter): number {
    return this.#matching(filter).length;
  }

  /**
   * The matching lines from `start` to `end`. With a `shuffle` number, lines of equal time come in another order for
   * each number, as a database may return them without a tie-break.
   */
  window(filter: PartFilter, start: number, end: number, shuffle: number | null): StoredLine[] {
    const matching = this.#matching(filter);
    const lines: StoredLine[] = [];
    for (let index = Math.max(0, start); index < Math.min(end, matching.length); index += 1) {
      lines.push(matching.at(shuffle === null ? index : shuffledIndex(index, matching, shuffle)));
    }
    return lines;
  }

  /** The matching lines. Their indexes are cached until the log changes. */
  #matching(filter: PartFilter): Sequence<StoredLine> {
    const all = mergeSorted(this.#generated, sequenceOf(this.#written), (a, b) => Number(a.time - b.time));
    if (filter.step === undefined && filter.task === undefined) return all;
    const key = JSON.stringify([filter.step ?? null, filter.task ?? null]);
    let places = this.#indexes.get(key);
    if (places === undefined) {
      const found: number[] = [];
      for (let place = 0; place < all.length; place += 1) if (passes(all.at(place), filter)) found.push(place);
      places = Uint32Array.from(found);
      this.#indexes.set(key, places);
    }
    const { length } = places;
    return { length, at: (index) => all.at(places[index] ?? length) };
  }
}

function passes(line: StoredLine, filter: PartFilter): boolean {
  return (
    (filter.step === undefined || line.step === filter.step) && (filter.task === undefined || line.task === filter.task)
  );
}

/** The index of the line to show at `index` when each group of equal times is permuted by an affine map of its size. */
function shuffledIndex(index: number, lines: Sequence<StoredLine>, seed: number): number {
  const { time } = lines.at(index);
  const hasTie = (at: number): boolean => at >= 0 && at < lines.length && lines.at(at).time === time;
  if (!hasTie(index - 1) && !hasTie(index + 1)) return index;
  const start = firstIndex(0, index, (place) => lines.at(place).time >= time);
  const end = firstIndex(index + 1, lines.length, (place) => lines.at(place).time > time);
  const size = end - start;
  let factor = (seed * 7919 + 1) % size || 1;
  while (greatestDivisor(factor, size) !== 1) factor += 1;
  return start + (((index - start) * factor + seed * 104_729) % size);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
