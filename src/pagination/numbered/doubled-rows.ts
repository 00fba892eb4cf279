import type { Ordered } from '../../domain/ordered.ts';
import type { Unplaced } from '../core/partition.ts';
import { EndlessList } from '../core/page-guard.ts';
import type { IndexedList, IndexedPage } from './list.ts';
import { textOfRow } from './still-rows.ts';
import { IndexedWalk } from './walk.ts';

/**
 * Two pages that meet in one instant may both show a row with the same content. Either two such rows exist, or the
 * second page repeats rows of the first, which would then come twice. Rows without ids cannot tell, but pages of
 * another size can: their borders lie elsewhere, so if rows repeat at each border, the number of rows of that instant
 * differs.
 */

/** Most pages that a walk may request to find out. */
const MOST_CALLS = 48;

/** Further page sizes to try, as fractions of the usual size. */
const OTHER_SIZES = [0.7, 0.95, 0.55, 0.85, 0.4, 0.25];

/** Most pages over which the rows of one instant are counted. */
const MOST_PAGES = 12;

/** The number of rows of an instant, and the number of page borders among them. */
interface Count {
  readonly rows: number;
  readonly borders: number;
}

/** Checks page borders until one proves that rows do not come twice. */
export class DoubledRows<T extends Ordered> {
  readonly #list: IndexedList<T>;
  #calls = 0;
  /** True once a border has proved that rows do not come twice. */
  #isSettled = false;

  constructor(list: IndexedList<T>) {
    this.#list = list;
  }

  /**
   * True if rows of the page come again on its neighbour. False also if that cannot be decided. `index`: the lower of
   * the two page numbers.
   */
  async areOn(index: number, page: IndexedPage<T>, neighbour: IndexedPage<T>): Promise<boolean> {
    if (this.#isSettled || this.#calls >= MOST_CALLS || !this.#list.canJump()) return false;
    const time = doubtfulInstant(page.rows, neighbour.rows);
    if (time === null) return false;
    const { said = null } = page;
    // While rows are being added, counts prove nothing.
    if (said === null || said !== neighbour.said) return false;
    let known = onBoth(page.rows, neighbour.rows, time);
    const limit = this.#list.limit();
    const earlier = neighbour.rows.at(-1)?.time === time ? neighbour : page;
    const begin = index * limit + earlier.rows.findIndex((row) => row.time === time);
    const shown = countIn(page.rows, time) + countIn(neighbour.rows, time);
    for (const size of [
      undivided(begin, begin + shown, limit),
      ...OTHER_SIZES.map((part) => Math.ceil(limit * part)),
    ]) {
      const count = await this.#count(size, time, said);
      if (count === null) continue;
      if (count.borders === 0 && count.rows < shown) return true;
      known ??= count;
      if (known.rows !== count.rows) return true;
      if (known.borders === count.borders) continue;
      this.#isSettled = true;
      return false;
    }
    return false;
  }

  async #count(size: number, time: bigint, said: number): Promise<Count | null> {
    const list = size < 2 ? undefined : this.#list.inPagesOf?.(size);
    if (list === undefined) return null;
    try {
      return await countAt(new IndexedWalk(this.#bounded(list), 1), time, said);
    } catch (error) {
      if (error instanceof EndlessList || error instanceof AskedEnough) return null;
      throw error;
    }
  }

  /** The list with a limit on further requests. */
  #bounded(list: IndexedList<T>): IndexedList<T> {
    return {
      order: list.order,
      limit: () => list.limit(),
      canJump: () => list.canJump(),
      renew: () => {
        list.renew();
      },
      fetch: (index) => {
        if (this.#calls >= MOST_CALLS) throw new AskedEnough();
        this.#calls += 1;
        return list.fetch(index);
      },
    };
  }
}

/** A page size at which these rows should lie on one page; the usual size if there is none. */
function undivided(begin: number, end: number, limit: number): number {
  for (let size = limit - 1; size >= end - begin; size -= 1) {
    if (begin % size > 0 && Math.floor(begin / size) === Math.floor((end - 1) / size)) return size;
  }
  return limit;
}

/** The walk has used up its requests (`MOST_CALLS`). */
class AskedEnough extends Error {}

/** The single instant in which two pages meet with rows of equal content. Null: there is none. */
function doubtfulInstant<T extends Ordered>(
  rows: readonly Unplaced<T>[],
  others: readonly Unplaced<T>[],
): bigint | null {
  const times = new Set(rows.map(({ time }) => time));
  const shared = new Set(others.map(({ time }) => time).filter((time) => times.has(time)));
  const [time] = shared;
  // Pages that share several instants overlap visibly and are detected elsewhere.
  if (time === undefined || shared.size > 1) return null;
  const texts = new Set(rows.filter((row) => row.time === time).map(textOfRow));
  return others.some((row) => row.time === time && texts.has(textOfRow(row))) ? time : null;
}

/** The count of an instant on two neighbouring pages; null if other pages may have rows of it. */
function onBoth<T extends Ordered>(
  rows: readonly Unplaced<T>[],
  others: readonly Unplaced<T>[],
  time: bigint,
): Count | null {
  const isWhole = [rows, others].every((page) => page.some((row) => row.time !== time));
  return isWhole ? { rows: countIn(rows, time) + countIn(others, time), borders: 1 } : null;
}

/**
 * Counts the rows of an instant. Null: the instant was not found, spans too many pages, or rows were added meanwhile.
 */
async function countAt<T extends Ordered>(walk: IndexedWalk<T>, time: bigint, said: number): Promise<Count | null> {
  // A first page must be read before pages can be addressed directly.
  await walk.get(0);
  const begin = await walk.find(time, 0);
  let { index, page } = begin;
  let [rows, borders] = [0, 0];
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    if (page.said !== said) return null;
    const here = countIn(page.rows, time);
    if (rows > 0 && here > 0) borders += 1;
    rows += here;
    const last = page.rows.at(-1);
    if (page.isLast || last === undefined || last.time > time) return rows === 0 ? null : { rows, borders };
    index += 1;
    page = await walk.get(index);
  }
  return null;
}

function countIn<T extends Ordered>(rows: readonly Unplaced<T>[], time: bigint): number {
  return rows.filter((row) => row.time === time).length;
}
