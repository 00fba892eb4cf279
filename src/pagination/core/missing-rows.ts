import { freshCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { contradiction, ENDS_EARLY, SHARES_IDS } from './page-guard.ts';
import type { Batch, Partition, ReadRequest, Unplaced } from './partition.ts';

/** A native page of the list, read without filter or bound, and the vendor's count. */
interface UnboundedPage<T extends Ordered> {
  readonly rows: readonly Unplaced<T>[];
  /** The number of rows on the page, including unreadable ones. */
  readonly count: number;
  readonly total: number | null;
  /** The number of rows before the page; null: unknown. */
  readonly start: number | null;
}

/** A row's id, and its whole content as text. */
interface RowTexts<T extends Ordered> {
  readonly idOf: (row: Unplaced<T>) => string;
  readonly textOf: (row: Unplaced<T>) => string;
}

/**
 * Checks that a list returns all rows that it counts, and that ids are unique: of several rows with the same time and
 * id, only one would be given out. For lists whose paging, count and ids come from a description in the configuration,
 * which may be wrong.
 */
export class MissingRows<T extends Ordered> {
  readonly #sayings: RowTexts<T> | null;
  #total: number | null = null;
  /** The offset at which a page was empty although the count goes further. */
  #emptyAt: number | null = null;
  #sharesIds = false;

  /** Null: rows have no ids. */
  constructor(sayings: RowTexts<T> | null) {
    this.#sayings = sayings;
  }

  see({ rows, count, total, start }: UnboundedPage<T>): void {
    this.#total = total ?? this.#total;
    if (start !== null && start > 0 && count === 0 && (this.#total ?? 0) > start) this.#emptyAt = start;
    this.#sharesIds ||= this.#sayings !== null && sharesIds(rows, this.#sayings);
  }

  /** The partition, with contradictions reported in its batches. Counts the list again before it reports the count. */
  checked(partition: Partition<T>): Partition<T> {
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
    // A list without any rows is judged by its first page instead (`EmptyPromise`).
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
  const end = await checked({ rows: [], more: false, pages: 0 }, given, request, call);
  if (end.truncated !== undefined) yield end;
}

/** True if two rows of one time have the same id but different content. Rows of one time are adjacent. */
function sharesIds<T extends Ordered>(rows: readonly Unplaced<T>[], { idOf, textOf }: RowTexts<T>): boolean {
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
