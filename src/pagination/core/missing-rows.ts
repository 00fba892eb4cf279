import { freshCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { contradiction, ENDS_EARLY, SHARES_IDS } from './page-guard.ts';
import type { Batch, Partition, ReadRequest, Unplaced } from './partition.ts';

/** A native page of the list without a filter or a bound, and what the vendor counts beside it. */
interface SeenPage<T extends Ordered> {
  readonly rows: readonly Unplaced<T>[];
  /** How many rows it has, read or not. */
  readonly count: number;
  readonly total: number | null;
  /** How many rows lie before it; null where that is not known. */
  readonly start: number | null;
}

/** What rows of one time are told apart by, and all that a row says. */
interface Sayings<T extends Ordered> {
  readonly idOf: (row: Unplaced<T>) => string;
  readonly textOf: (row: Unplaced<T>) => string;
}

/**
 * Watches whether a list gives all rows that it counts, and whether each row has an id of its own: where several rows of one time
 * share one, only one of them is given. For lists whose pages, counts and ids are somebody's description, which may be wrong.
 */
export class MissingRows<T extends Ordered> {
  readonly #sayings: Sayings<T> | null;
  #total: number | null = null;
  /** Where a page was empty although rows are counted there. */
  #emptyAt: number | null = null;
  #sharesIds = false;

  /** Null: rows have no ids. */
  constructor(sayings: Sayings<T> | null) {
    this.#sayings = sayings;
  }

  see({ rows, count, total, start }: SeenPage<T>): void {
    this.#total = total ?? this.#total;
    if (start !== null && start > 0 && count === 0 && (this.#total ?? 0) > start) this.#emptyAt = start;
    this.#sharesIds ||= this.#sayings !== null && sharesIds(rows, this.#sayings);
  }

  /** The partition; a batch says what is wrong. The list is counted again before that is said of its count. */
  toldBy(partition: Partition<T>): Partition<T> {
    const checked = async (batch: Batch<T>, given: number, request: ReadRequest<T>, call: Call): Promise<Batch<T>> => {
      if (this.#sharesIds) {
        this.#sharesIds = false;
        return { ...batch, ...contradiction(SHARES_IDS) };
      }
      if (batch.more !== false || !(await this.#endsEarly(partition, given, request, call))) return batch;
      return { ...batch, ...contradiction(ENDS_EARLY) };
    };
    return {
      key: partition.key,
      read: (request, call) => readChecked(partition, request, call, checked),
      count: (call) => partition.count(call),
    };
  }

  async #endsEarly(partition: Partition<T>, given: number, request: ReadRequest<T>, call: Call): Promise<boolean> {
    const read = request.from === null ? given : this.#emptyAt;
    this.#emptyAt = null;
    // A list that gives nothing at all is judged by its first page.
    if (request.until !== null || read === null || read === 0 || (this.#total ?? 0) <= read) return false;
    return ((await partition.count(freshCall(call))) ?? 0) > read;
  }
}

async function* readChecked<T extends Ordered>(
  partition: Partition<T>,
  request: ReadRequest<T>,
  call: Call,
  checked: (batch: Batch<T>, given: number, request: ReadRequest<T>, call: Call) => Promise<Batch<T>>,
): AsyncGenerator<Batch<T>, void, undefined> {
  let given = 0;
  let [hasEnded, isTold] = [false, false];
  for await (const batch of partition.read(request, call)) {
    given += batch.rows.length + (batch.unreadable?.count ?? 0) - (batch.unreadable?.cut ?? 0);
    hasEnded = batch.more === false;
    const told = isTold || batch.truncated !== undefined ? batch : await checked(batch, given, request, call);
    isTold ||= told.truncated !== undefined;
    yield told;
  }
  if (hasEnded || isTold) return;
  const end = await checked({ rows: [], hints: [], more: false, pages: 0 }, given, request, call);
  if (end.truncated !== undefined) yield end;
}

/** Do two rows of one time have the same id and say different things? Rows of one time stand together. */
function sharesIds<T extends Ordered>(rows: readonly Unplaced<T>[], { idOf, textOf }: Sayings<T>): boolean {
  let texts = new Map<string, string>();
  for (const [index, row] of rows.entries()) {
    const before = rows[index - 1];
    if (before?.time !== row.time) {
      if (texts.size > 0) texts = new Map();
      if (rows[index + 1]?.time !== row.time) continue;
    }
    const [id, text] = [idOf(row), textOf(row)];
    if (texts.has(id) && texts.get(id) !== text) return true;
    texts.set(id, text);
  }
  return false;
}
