import { firstIndex } from '../../domain/first-index.ts';

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
export interface LineLog {
  add(lines: readonly StoredLine[]): void;
  /** Replaces the computed lines; `line` returns them in time order. */
  generate(count: number, line: (index: number) => StoredLine): void;
  count(filter: PartFilter): number;
  /**
   * The matching lines from `start` to `end`. With a `shuffle` number, lines of equal time come in another order for
   * each number, as a database may return them without a tie-break.
   */
  window(filter: PartFilter, start: number, end: number, shuffle: number | null): StoredLine[];
}

export function createLineLog(): LineLog {
  let generated: { readonly count: number; readonly line: (index: number) => StoredLine } = {
    count: 0,
    line: missingLine,
  };
  const written: StoredLine[] = [];
  /** Number of computed lines before each written one. */
  let ranks: number[] = [];
  const indexes = new Map<string, Uint32Array>();

  function rank(): void {
    ranks = generated.count === 0 ? [] : written.map(({ time }) => generatedUpTo(time));
    indexes.clear();
  }

  function generatedUpTo(time: bigint): number {
    return firstIndex(0, generated.count, (index) => generated.line(index).time > time);
  }

  /** The line at an index of the whole log. */
  function lineAt(place: number): StoredLine {
    if (generated.count === 0) return written[place] ?? missingLine();
    const before = firstIndex(0, written.length, (index) => (ranks[index] ?? 0) + index >= place);
    const found = written[before];
    if (found !== undefined && (ranks[before] ?? 0) + before === place) return found;
    return generated.line(place - before);
  }

  /** Indexes of the matching lines, cached until the log changes; null if all match. */
  function placesOf(filter: PartFilter): Uint32Array | null {
    if (filter.step === undefined && filter.task === undefined) return null;
    const key = JSON.stringify([filter.step ?? null, filter.task ?? null]);
    let places = indexes.get(key);
    if (places === undefined) {
      const found: number[] = [];
      for (let place = 0; place < generated.count + written.length; place += 1) {
        if (passes(lineAt(place), filter)) found.push(place);
      }
      places = Uint32Array.from(found);
      indexes.set(key, places);
    }
    return places;
  }

  function count(filter: PartFilter): number {
    return placesOf(filter)?.length ?? generated.count + written.length;
  }

  return {
    add(lines) {
      const batch = lines.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
      const first = batch[0];
      if (first === undefined) return;
      const tail = written.splice(firstIndex(0, written.length, (index) => (written[index]?.time ?? 0n) > first.time));
      for (const line of mergeByTime(tail, batch)) written.push(line);
      rank();
    },
    generate(size, line) {
      generated = { count: size, line };
      rank();
    },
    count,
    window(filter, start, end, shuffle) {
      const places = placesOf(filter);
      const total = count(filter);
      const at = (index: number): StoredLine => lineAt(places === null ? index : (places[index] ?? 0));
      const lines: StoredLine[] = [];
      for (let index = Math.max(0, start); index < Math.min(end, total); index += 1) {
        lines.push(at(shuffle === null ? index : shuffledIndex(index, total, at, shuffle)));
      }
      return lines;
    },
  };
}

function missingLine(): StoredLine {
  throw new Error('There is no line at that place of the log');
}

function passes(line: StoredLine, filter: PartFilter): boolean {
  return (
    (filter.step === undefined || line.step === filter.step) && (filter.task === undefined || line.task === filter.task)
  );
}

/** Merges two sorted lists; at equal times, those of `older` come first. */
function* mergeByTime(older: readonly StoredLine[], newer: readonly StoredLine[]): Generator<StoredLine> {
  let index = 0;
  for (const line of newer) {
    for (let next = older[index]; next !== undefined && next.time <= line.time; next = older[index]) {
      yield next;
      index += 1;
    }
    yield line;
  }
  yield* older.slice(index);
}

/** The index of the line to show at `index` when each group of equal times is permuted by an affine map of its size. */
function shuffledIndex(index: number, total: number, at: (index: number) => StoredLine, seed: number): number {
  const { time } = at(index);
  if ((index === 0 || at(index - 1).time !== time) && (index + 1 >= total || at(index + 1).time !== time)) return index;
  const start = firstIndex(0, index, (place) => at(place).time >= time);
  const end = firstIndex(index + 1, total, (place) => at(place).time > time);
  const size = end - start;
  let factor = (seed * 7919 + 1) % size || 1;
  while (greatestDivisor(factor, size) !== 1) factor += 1;
  return start + (((index - start) * factor + seed * 104_729) % size);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
