import { comparePositions, isBeyond } from '../../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../../domain/ordered.ts';
import { placeGroup } from '../core/identity.ts';
import { textOfRow } from './still-rows.ts';
import type { Hint, Identity, Unplaced } from '../core/partition.ts';
import { noRows } from '../core/hinted-rows.ts';
import type { RowsOut } from '../core/hinted-rows.ts';

/**
 * Puts the rows of pages, which come nearly in order of time, into the total order. Rows near the border of two pages wait
 * until both pages were read, so rows that are swapped there come out by their own times.
 *
 * A row that lies further from its place stands at the nearest instant that its page can have. That instant depends on the
 * two neighbouring pages alone, so every walk finds the row there, whichever way it goes. The row's own `timestamp` stays.
 */

/** Of so many rows on either side of the border of two pages, any may be out of order and still have its own time. */
const MOST_SWAPPED = 20;

/** The part of a page that may be out of order on either side, and the least number of rows for that. */
const PAGE_TO_SWAPPED = 50;
const LEAST_SWAPPED = 2;

export interface Borders {
  /** Rows of the page before stand at or before this instant. */
  readonly near: bigint;
  /** Rows of the page behind stand at or behind this instant. */
  readonly far: bigint;
}

/** Where a page with such times begins and ends, apart from a few rows that may be out of order. Null: it is empty. */
export function bordersOf(times: readonly bigint[]): Borders | null {
  const sorted = times.toSorted(compare);
  const swapped = Math.max(LEAST_SWAPPED, Math.min(MOST_SWAPPED, Math.floor(sorted.length / PAGE_TO_SWAPPED)));
  const margin = Math.min(swapped, (sorted.length - 1) >> 1);
  const [near, far] = [sorted[margin], sorted[sorted.length - 1 - margin]];
  return near === undefined || far === undefined ? null : { near, far };
}

/** The pages of a list do not follow each other in time, not even roughly. */
export class OutOfOrder extends Error {}

export interface SettledRowsOptions<T extends Ordered> {
  readonly identity: Identity<T>;
  readonly direction: Direction;
  readonly from: Position | null;
  readonly until: Position | null;
}

/** Makes the hint of a row of page `page`, at place `index` of it, behind which the walk goes on with page `next`. */
export type HintOf = (page: number, next: number, time: bigint, index: number) => Hint | null;

interface Held<T extends Ordered> {
  readonly row: Unplaced<T>;
  readonly page: number;
  readonly index: number;
  /** Its place along the walk. */
  at: bigint;
}

export class SettledRows<T extends Ordered> {
  readonly #options: SettledRowsOptions<T>;
  readonly #hintOf: HintOf;
  readonly #sign: 1n | -1n;
  readonly #step: 1 | -1;
  #held: Held<T>[] = [];
  /** The page that was read last. */
  #page = 0;
  /** Rows that are still to come stand at or beyond this place. Null: no page was seen. */
  #frontier: bigint | null = null;

  /** `step`: which way the walk goes over the pages' numbers. */
  constructor(options: SettledRowsOptions<T>, step: 1 | -1, hintOf: HintOf) {
    this.#options = options;
    this.#step = step;
    this.#hintOf = hintOf;
    this.#sign = options.direction === 'forward' ? 1n : -1n;
  }

  /** Has the walk got past `until`? Then nothing more will come out. */
  get ended(): boolean {
    const { until } = this.#options;
    return until !== null && this.#frontier !== null && this.#frontier > until.time * this.#sign;
  }

  /** The instant of the first row that waits; null when there is none. */
  get firstTime(): bigint | null {
    const first = this.#held[0];
    return first === undefined ? null : first.at * this.#sign;
  }

  /** Is it sure that one of the rows that wait will come out? */
  get holdsWanted(): boolean {
    const { from, until } = this.#options;
    return this.#held.some(
      ({ at }) => (from === null || at > from.time * this.#sign) && (until === null || at < until.time * this.#sign),
    );
  }

  /** Takes the rows of the next page of the walk. Throws OutOfOrder. */
  push(page: number, rows: readonly Unplaced<T>[]): void {
    this.#page = page;
    const frontier = this.#frontier;
    const times = rows.map(({ time }) => time * this.#sign);
    const borders = bordersOf(times);
    if (borders === null) return;
    if (frontier !== null && borders.near < frontier) throw new OutOfOrder();
    for (const held of this.#held) held.at = least(held.at, borders.near);
    const come = rows.map((row, index) => {
      const time = row.time * this.#sign;
      return { row, page, index, at: frontier === null || time > frontier ? time : frontier };
    });
    this.#held = [...this.#held, ...come].sort((a, b) => compare(a.at, b.at));
    this.#frontier = borders.far;
  }

  /** The rows that nothing can come before any more. */
  take(): RowsOut<T> {
    const frontier = this.#frontier;
    const waits = this.#held.findIndex(({ at }) => frontier === null || at >= frontier);
    const count = waits === -1 ? this.#held.length : waits;
    const ready = this.#held.slice(0, count);
    this.#held = this.#held.slice(count);
    return this.#giveOut(ready, this.#page + this.#step);
  }

  /** No page follows: everything that waits is ready. */
  finish(): RowsOut<T> {
    const ready = this.#held;
    this.#held = [];
    return this.#giveOut(ready, this.#page);
  }

  /** The same, where the vendor may give a page again: rows of pages that say the same come out once. */
  finishOnce(): RowsOut<T> {
    const pages = new Map<number, string[]>();
    for (const { row, page } of this.#held) pages.set(page, [...(pages.get(page) ?? []), textOfRow(row)]);
    const first = new Map([...pages].map(([page, texts]) => [JSON.stringify(texts), page] as const).reverse());
    const kept = new Set(first.values());
    this.#held = this.#held.filter(({ page }) => kept.has(page));
    return this.finish();
  }

  #giveOut(ready: readonly Held<T>[], next: number): RowsOut<T> {
    const out = noRows<T>();
    const follow = this.#followers(ready, next);
    for (let start = 0; start < ready.length;) {
      let end = start + 1;
      while (end < ready.length && ready[end]?.at === ready[start]?.at) end += 1;
      this.#giveGroup(ready.slice(start, end), follow[end - 1] ?? next, out);
      start = end;
    }
    return out;
  }

  /** For each row that is ready, the first page in the walk that has rows behind it. */
  #followers(ready: readonly Held<T>[], next: number): readonly number[] {
    const first = (a: number, b: number): number => (this.#step === 1 ? Math.min(a, b) : Math.max(a, b));
    let page = this.#held.reduce((earliest, held) => first(held.page, earliest), next);
    const follow: number[] = [];
    for (let index = ready.length - 1; index >= 0; index -= 1) {
      follow[index] = page;
      page = first(ready[index]?.page ?? page, page);
    }
    return follow;
  }

  #giveGroup(group: readonly Held<T>[], next: number, out: RowsOut<T>): void {
    const { identity, direction, from, until } = this.#options;
    const sign = Number(this.#sign);
    const places = new Map<Unplaced<T>, Held<T>>();
    const rows = group.map((held) => {
      const { row, at } = held;
      // A copy: the page may be compared with another look at it.
      const moved = row.time === at * this.#sign ? row : { ...row, time: at * this.#sign };
      places.set(moved, held);
      return moved;
    });
    const placed = placeGroup(rows, identity);
    if (placed.length > 1) placed.sort((a, b) => comparePositions(a, b) * sign);
    for (const row of placed) {
      if (from !== null && !isBeyond(row, from, direction)) continue;
      if (until !== null && comparePositions(row, until) * sign >= 0) continue;
      out.rows.push(row);
      const { page = next, index = 0 } = places.get(row) ?? {};
      // Only behind the group's last row does the walk get past the group.
      out.hints.push(this.#hintOf(page, row === placed.at(-1) ? next : page, row.time, index));
    }
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function compare(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
