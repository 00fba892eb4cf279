import { comparePositions, startOfInstant } from '../../../domain/ordered.ts';
import type { Position } from '../../../domain/ordered.ts';
import type { Gap } from './gap.ts';

/** A gap with its number in the order in which gaps were found. */
export interface NumberedGap extends Gap {
  readonly number: number;
}

/** Upper bound on separate gaps; beyond it, the two oldest are joined to one that spans both. */
const MOST_GAPS = 100;

/** Upper bound on lines remembered by name; the one seen longest ago is forgotten first. */
const MOST_NAMES = 10_000;

/** The gaps of one job, each listed once even if several polls find it. */
export class GapList {
  #gaps: NumberedGap[] = [];
  #last = 0;
  /** Lines of the gaps added so far, by partition and name. */
  readonly #lines = new Set<string>();

  /** The number of the last gap. */
  get last(): number {
    return this.#last;
  }

  /** Adds a gap; false if it is already known. */
  add(gap: Gap): boolean {
    const lines = gap.lines && this.#fresh(gap.partition, gap.lines);
    if (lines === undefined ? this.#gaps.some((known) => covers(known, gap)) : lines.length === 0) return false;
    this.#last += 1;
    this.#gaps.push({ ...gap, lines, number: this.#last });
    const [first, second, ...rest] = this.#gaps;
    if (this.#gaps.length > MOST_GAPS && first !== undefined && second !== undefined) {
      this.#gaps = [joined(first, second), ...rest];
    }
    return true;
  }

  /** Returns the lines that are not known yet, and remembers all of them. */
  #fresh(partition: string, lines: readonly string[]): readonly string[] {
    const fresh: string[] = [];
    for (const line of lines) {
      const name = `${partition} ${line}`;
      if (!this.#lines.delete(name)) fresh.push(line);
      this.#lines.add(name);
    }
    for (const name of this.#lines) {
      if (this.#lines.size <= MOST_NAMES) break;
      this.#lines.delete(name);
    }
    return fresh;
  }

  /** Gaps with a higher number. */
  after(number: number): readonly NumberedGap[] {
    return this.#gaps.filter((gap) => gap.number > number);
  }
}

/**
 * True if `known` reaches to the end of `gap`. Later polls begin further on, so they see less and less of its
 * beginning.
 */
function covers(known: Gap, gap: Gap): boolean {
  if (known.partition !== gap.partition || known.lines !== undefined) return false;
  if (known.before === null) return gap.before === null || isBefore(known.after, gap.before);
  if (gap.before === null || comparePositions(gap.before, known.before) > 0) return false;
  return isBefore(known.after, gap.before);
}

function isBefore(place: Position | null, other: Position): boolean {
  return place === null || comparePositions(place, other) < 0;
}

/** Both gaps as one. The positions may be of different partitions, so the range is one of instants. */
function joined(first: NumberedGap, second: NumberedGap): NumberedGap {
  const partition = first.partition === second.partition ? first.partition : '';
  const reason = first.reason === second.reason ? first.reason : `${first.reason}; ${second.reason}`.slice(0, 500);
  const after = first.after && second.after && startOfInstant(least(first.after.time, second.after.time));
  const before = first.before && second.before && startOfInstant(most(first.before.time, second.before.time) + 1n);
  return { partition, after, before, reason, number: second.number };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
