import { comparePositions, startOfInstant } from '../../../domain/ordered.ts';
import type { Position } from '../../../domain/ordered.ts';
import type { Gap } from './gap.ts';

/** A gap and its number in the order in which gaps became known. */
export interface NumberedGap extends Gap {
  readonly number: number;
}

/** The most gaps that are kept apart; beyond that the oldest are told as one, that reaches over them. */
const MOST_GAPS = 100;

/** The most lines that are remembered by their names; the one that was seen longest ago is forgotten first. */
const MOST_NAMES = 10_000;

/** The gaps of one job, each once however often polls come across it. */
export class GapList {
  #gaps: NumberedGap[] = [];
  #last = 0;
  /** Lines of gaps that were added, by partition and name. */
  readonly #lines = new Set<string>();

  /** The number of the last gap. */
  get last(): number {
    return this.#last;
  }

  /** Adds a gap; false when it is known. */
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

  /** The lines that are not known yet. All of them are from now on. */
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

  /** Gaps behind a number. */
  after(number: number): readonly NumberedGap[] {
    return this.#gaps.filter((gap) => gap.number > number);
  }
}

/** Does a gap go on to the end of another one? Polls begin further and further on: they see less and less of its beginning. */
function covers(known: Gap, gap: Gap): boolean {
  if (known.partition !== gap.partition || known.lines !== undefined) return false;
  if (known.before === null) return gap.before === null || isBefore(known.after, gap.before);
  if (gap.before === null || comparePositions(gap.before, known.before) > 0) return false;
  return isBefore(known.after, gap.before);
}

function isBefore(place: Position | null, other: Position): boolean {
  return place === null || comparePositions(place, other) < 0;
}

function joined(first: NumberedGap, second: NumberedGap): NumberedGap {
  const { partition } = second;
  const reason = first.reason === second.reason ? first.reason : `${first.reason}; ${second.reason}`.slice(0, 500);
  if (first.partition === partition) {
    const after = first.after && second.after && (isBefore(first.after, second.after) ? first.after : second.after);
    const before =
      first.before && second.before && (isBefore(first.before, second.before) ? second.before : first.before);
    return { partition, after, before, reason, number: second.number };
  }
  // Places of several partitions have their instants in common.
  const after = first.after && second.after && least(first.after.time, second.after.time);
  const before = first.before && second.before && most(first.before.time, second.before.time) + 1n;
  return {
    partition: '',
    after: after === null ? null : startOfInstant(after),
    before: before === null ? null : startOfInstant(before),
    reason,
    number: second.number,
  };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
