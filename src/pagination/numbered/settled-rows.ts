import { comparePositions, isBeyond } from '../../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../../domain/ordered.ts';
import { LateHint } from '../core/hinted-rows.ts';
import { copyOf, placeGroup } from '../core/identity.ts';
import { textOfRow } from './still-rows.ts';
import type { Hint, HintedRow, Identity, Unplaced } from '../core/partition.ts';

/**
 * Puts rows of pages that are nearly in order of time into the total order. Rows near the border of two pages wait
 * until both pages were read, so rows that are swapped there are ordered by their own times.
 *
 * A row that is further out of order is placed at the nearest instant that its page can have. That instant depends only
 * on the two neighbouring pages, so every walk in either direction places the row there. Its own `timestamp` is
 * unchanged.
 */

/** Most rows on either side of a page border that may be out of order and still keep their own times. */
const MOST_SWAPPED = 20;

/** One row in this many may be out of order on either side of a page, but at least `LEAST_SWAPPED` rows. */
const PAGE_TO_SWAPPED = 50;
const LEAST_SWAPPED = 2;

export interface Borders {
  /** Rows of the page before are placed at or before this instant. */
  readonly near: bigint;
  /** Rows of the page after are placed at or after this instant. */
  readonly far: bigint;
}

/** Where a page begins and ends, ignoring a few rows that may be out of order. Null: the page is empty. */
export function bordersOf(times: readonly bigint[]): Borders | null {
  const sorted = times.toSorted(compare);
  const swapped = Math.max(LEAST_SWAPPED, Math.min(MOST_SWAPPED, Math.floor(sorted.length / PAGE_TO_SWAPPED)));
  const margin = Math.min(swapped, (sorted.length - 1) >> 1);
  const [near, far] = [sorted[margin], sorted[sorted.length - 1 - margin]];
  return near === undefined || far === undefined ? null : { near, far };
}

/** The way in which the rows of a page run along the walk: as they should, the other way, or neither for certain. */
type Course = 'along' | 'against' | 'unknown';

/** Compares the halves of a page, so a few rows may be out of order. `times`: in the order of the walk. */
function courseOf(times: readonly bigint[]): Course {
  const half = times.length >> 1;
  const [first, second] = [times.slice(0, half), times.slice(-half)].map((part) => part.toSorted(compare));
  const at = (part: readonly bigint[] | undefined, quarters: number): bigint =>
    part?.[((part.length - 1) * quarters) >> 2] ?? 0n;
  const [before, behind] = [at(first, 2), at(second, 2)];
  if (half === 0 || before === behind) return 'unknown';
  if (before > behind) return 'against';
  return at(first, 3) <= at(second, 1) ? 'along' : 'unknown';
}

/** The pages of a list do not even roughly follow each other in time. */
export class UnsortedPages extends Error {}

export interface SettledRowsOptions<T extends Ordered> {
  readonly identity: Identity<T>;
  readonly direction: Direction;
  readonly from: Position | null;
  readonly until: Position | null;
}

/** Makes the hint of a row from its index on its page. */
type MakeHint = (row: Ordered, index: number) => Hint | null;

/** For rows of page `page`, after which the walk continues with page `next`. */
export type HintsOf = (page: number, next: number) => MakeHint;

interface WaitingRow<T extends Ordered> {
  readonly row: Unplaced<T>;
  readonly page: number;
  readonly index: number;
  /** Its place along the walk. */
  at: bigint;
}

export class SettledRows<T extends Ordered> {
  readonly #options: SettledRowsOptions<T>;
  readonly #hintsOf: HintsOf;
  readonly #sign: 1n | -1n;
  readonly #step: 1 | -1;
  #held: WaitingRow<T>[] = [];
  /** The number of the page that was read last. */
  #page = 0;
  /** All further rows are placed at or beyond this place. Null: no page was read. */
  #frontier: bigint | null = null;
  #course: Course = 'unknown';

  /** `step`: the direction of the walk over page numbers. */
  constructor(options: SettledRowsOptions<T>, step: 1 | -1, hintsOf: HintsOf) {
    this.#options = options;
    this.#step = step;
    this.#hintsOf = hintsOf;
    this.#sign = options.direction === 'forward' ? 1n : -1n;
  }

  /** True if the walk has passed `until`. Then no more rows come out. */
  get ended(): boolean {
    const { until } = this.#options;
    return until !== null && this.#frontier !== null && this.#frontier > until.time * this.#sign;
  }

  /** What the pages have shown about their order. A second page that does not lie before the first runs along the walk. */
  get course(): Course {
    return this.#course;
  }

  /** The instant of the first waiting row; null if none waits. */
  get firstTime(): bigint | null {
    const first = this.#held[0];
    return first === undefined ? null : first.at * this.#sign;
  }

  /** True if at least one waiting row will surely come out. */
  get holdsWanted(): boolean {
    const { from, until } = this.#options;
    return this.#held.some(
      ({ at }) => (from === null || at > from.time * this.#sign) && (until === null || at < until.time * this.#sign),
    );
  }

  /** Takes the rows of the next page of the walk. Throws UnsortedPages. */
  push(page: number, rows: readonly Unplaced<T>[]): void {
    this.#page = page;
    const frontier = this.#frontier;
    const times = rows.map(({ time }) => time * this.#sign);
    const borders = bordersOf(times);
    if (borders === null) return;
    if (frontier !== null && borders.near < frontier) throw new UnsortedPages();
    if (frontier !== null) this.#course = 'along';
    else this.#course = courseOf(this.#step === 1 ? times : times.toReversed());
    for (const held of this.#held) held.at = least(held.at, borders.near);
    const come = rows.map((row, index) => {
      const time = row.time * this.#sign;
      return { row, page, index, at: frontier === null || time > frontier ? time : frontier };
    });
    this.#held = [...this.#held, ...come].sort((a, b) => compare(a.at, b.at));
    this.#frontier = borders.far;
  }

  /** Takes the rows that no further row can precede. */
  take(): HintedRow<T>[] {
    const frontier = this.#frontier;
    const waits = this.#held.findIndex(({ at }) => frontier === null || at >= frontier);
    const count = waits === -1 ? this.#held.length : waits;
    const ready = this.#held.slice(0, count);
    this.#held = this.#held.slice(count);
    return this.#giveOut(ready, this.#page + this.#step);
  }

  /** Takes all waiting rows, because no page follows. */
  finish(): HintedRow<T>[] {
    const ready = this.#held;
    this.#held = [];
    return this.#giveOut(ready, this.#page);
  }

  /** Like `finish`, for a vendor that may have repeated a page: rows of equal pages come out once. */
  finishOnce(): HintedRow<T>[] {
    const pages = new Map<number, string[]>();
    for (const { row, page } of this.#held) pages.set(page, [...(pages.get(page) ?? []), textOfRow(row)]);
    const first = new Map([...pages].map(([page, texts]) => [JSON.stringify(texts), page] as const).reverse());
    const kept = new Set(first.values());
    this.#held = this.#held.filter(({ page }) => kept.has(page));
    return this.finish();
  }

  #giveOut(ready: readonly WaitingRow<T>[], next: number): HintedRow<T>[] {
    const out: HintedRow<T>[] = [];
    const follow = this.#followers(ready, next);
    const hintsOf = this.#knownHints();
    for (let start = 0; start < ready.length;) {
      let end = start + 1;
      while (end < ready.length && ready[end]?.at === ready[start]?.at) end += 1;
      this.#giveGroup(ready.slice(start, end), follow[end - 1] ?? next, hintsOf, out);
      start = end;
    }
    return out;
  }

  /** Most rows that are given out together are on the same page and continue with the same one. */
  #knownHints(): HintsOf {
    let known: { readonly page: number; readonly next: number; readonly make: MakeHint } | null = null;
    return (page, next) => {
      if (known?.page !== page || known.next !== next) known = { page, next, make: this.#hintsOf(page, next) };
      return known.make;
    };
  }

  /** For each ready row, the first page of the walk that has rows after it. */
  #followers(ready: readonly WaitingRow<T>[], next: number): readonly number[] {
    const first = (a: number, b: number): number => (this.#step === 1 ? Math.min(a, b) : Math.max(a, b));
    let page = this.#held.reduce((earliest, held) => first(held.page, earliest), next);
    const follow: number[] = [];
    for (let index = ready.length - 1; index >= 0; index -= 1) {
      follow[index] = page;
      page = first(ready[index]?.page ?? page, page);
    }
    return follow;
  }

  #giveGroup(group: readonly WaitingRow<T>[], next: number, hintsOf: HintsOf, out: HintedRow<T>[]): void {
    const { identity, direction, from, until } = this.#options;
    const sign = Number(this.#sign);
    const places = new Map<Unplaced<T>, WaitingRow<T>>();
    const rows = group.map((held) => {
      const { row, at } = held;
      // Copy the row, because the page may later be compared with another read of it.
      const moved = row.time === at * this.#sign ? row : { ...copyOf(row), time: at * this.#sign };
      places.set(moved, held);
      return moved;
    });
    const placed = placeGroup(rows, identity);
    if (placed.length > 1) placed.sort((a, b) => comparePositions(a, b) * sign);
    for (const row of placed) {
      if (from !== null && !isBeyond(row, from, direction)) continue;
      if (until !== null && comparePositions(row, until) * sign >= 0) continue;
      const { page = next, index = 0 } = places.get(row) ?? {};
      // Only after the group's last row does the walk leave the group.
      out.push(new LateHint(row, index, hintsOf(page, row === placed.at(-1) ? next : page)));
    }
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function compare(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
