import { inSequence } from '../../domain/call.ts';
import { withHint } from '../core/hinted-rows.ts';
import type { Call } from '../../domain/call.ts';
import type { OpenKeptRows } from '../../domain/kept-rows.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Batch, Identity, Partition, ReadRequest, Unplaced } from '../core/partition.ts';
import { NearestRows } from './nearest-rows.ts';
import type { LateRow, NearestOptions } from './nearest-rows.ts';

/**
 * Vendors without pagination: one answer with everything, in any order. It is read as a stream, and only
 * the rows nearest to the position are kept, as many as the reader wants.
 */

/** Takes rows one by one while the answer arrives. */
export type RowSink<T extends Ordered> = (row: Unplaced<T> | LateRow<T>) => void;

/**
 * Called when an answer begins, and again whenever a broken answer is requested again. Then discard the earlier rows.
 */
export type BeginRows<T extends Ordered> = () => RowSink<T>;

export interface WholeResponseOptions<T extends Ordered> {
  readonly key: string;
  readonly identity: Identity<T>;
  /**
   * Reads the vendor's single answer and passes each row on, in any order, without keeping it. Resolves when the answer
   * has been read to its end; rejects if it breaks off. Concurrent readers of one job may share one call.
   */
  load(begin: BeginRows<T>, call: Call): Promise<void>;
  /** Accounts for what one reader keeps of it, answer by answer. Left out: the rows are in memory anyway. */
  keeping?(call: Call): OpenKeptRows;
}

/**
 * Rows kept in addition to those that the reader requested, so that a reader whose filter drops a few need not read
 * again.
 */
const SPARE = 64;

/** Most rows taken from one answer. A reader that needs more reads the answer again from further on. */
const MAX_WINDOW = 5_000;

export function wholeResponsePartition<T extends Ordered>(options: WholeResponseOptions<T>): Partition<T> {
  let counted: number | undefined;
  const load: WholeResponseOptions<T>['load'] = async (begin, call) => {
    let count = 0;
    await options.load(() => {
      const sink = begin();
      count = 0;
      return (row) => {
        count += 1;
        sink(row);
      };
    }, call);
    counted = count;
  };
  return {
    key: options.key,
    read: (request, call) => read({ ...options, load }, request, call),
    async count(call) {
      if (counted === undefined) await load(() => () => undefined, call);
      return counted ?? null;
    },
  };
}

async function* read<T extends Ordered>(
  options: WholeResponseOptions<T>,
  request: ReadRequest<T>,
  caller: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  // Never use an answer older than the one before: it may lack lines after those already given.
  const call = inSequence(caller);
  let from = request.from;
  const size = Math.min(MAX_WINDOW, Math.max(1, request.need) + SPARE);
  const keeping = options.keeping?.(call);
  for (;;) {
    const [rows, overflowed] = await nearestRows(options, { ...request, from, size, account: keeping?.() }, call);
    yield { rows: withHint(rows, null), more: overflowed, pages: 1 };
    const last = rows.at(-1);
    if (!overflowed || last === undefined) return;
    from = { time: last.time, tie: last.tie };
  }
}

/** The rows, and whether there were more. */
async function nearestRows<T extends Ordered>(
  options: WholeResponseOptions<T>,
  window: Omit<NearestOptions<T>, 'identity'>,
  call: Call,
): Promise<readonly [rows: readonly T[], overflowed: boolean]> {
  let isRead = false;
  try {
    const nearest = await loadNearest(options, window, call);
    const rows = await nearest.take();
    isRead = true;
    return [rows, nearest.overflowed];
  } finally {
    window.account?.end(isRead);
  }
}

async function loadNearest<T extends Ordered>(
  options: WholeResponseOptions<T>,
  window: Omit<NearestOptions<T>, 'identity'>,
  call: Call,
): Promise<NearestRows<T>> {
  let nearest: NearestRows<T> | undefined;
  await options.load(() => {
    window.account?.set(0);
    const begun = (nearest = new NearestRows({ ...options, ...window }));
    return (row) => {
      begun.offer(row);
    };
  }, call);
  if (nearest === undefined) throw new Error('An answer ended before it had begun.');
  return nearest;
}
