import { FairShare, isTurnOver, rest } from '../../domain/fair-share.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { EndlessList } from '../../pagination/core/page-guard.ts';
import { untouched } from '../cursor/position.ts';
import type { CursorState } from '../cursor/position.ts';
import type { MergedRow, MergeOptions } from './lane.ts';
import { Merge } from './merge.ts';
import type { SlotFailure } from './merge.ts';
import { positionIn } from './slot.ts';
import type { Slot } from './slot.ts';
import type { Call } from '../../domain/call.ts';

/** How to read a page of a merged connection. */
export interface MergedPageOptions<T extends Ordered> extends MergeOptions<T> {
  readonly size: number;
  /** Native pages that may be read for one page if a residual filter is applied. */
  readonly maxScanPages: number;
  /** True if no page came before this one, although `from` is set. */
  readonly isFirst?: boolean;
}

/** A page in the direction of the read, with what is needed to continue. */
export interface MergedPage<T extends Ordered> {
  readonly rows: readonly MergedRow<T>[];
  /** True if there are rows after this page. A failed source that may answer later counts as one. */
  readonly more: boolean;
  /**
   * True if there are rows before the first one. Only a page around a row sets it; for other pages the reader knows it
   * from its own cursor.
   */
  readonly moreBefore?: boolean;
  readonly failures: readonly SlotFailure<T>[];
  /** The position of row `index`. Its cost grows with `index`. */
  placeOf(index: number): CursorState;
  /** Where to continue: after the last row, or later if the filter rejected the rows after it. */
  readonly continueFrom: CursorState | null;
}

export async function readMergedPage<T extends Ordered>(
  options: MergedPageOptions<T>,
  mayRecover: (error: unknown) => boolean,
  call: Call,
): Promise<MergedPage<T>> {
  const merge = new Merge({ ...options, need: options.size }, call);
  try {
    const scan = await collect(merge, options, call);
    // Nothing but failed sources was left for this page. A list that contradicts itself would do so for ever; an answer that was
    // cut may be whole the next time.
    const isRetry = options.from !== null && options.isFirst !== true && scan.last === null;
    const isWorthRetry = ({ error, partial }: SlotFailure<T>): boolean =>
      !partial && mayRecover(error) && !(isRetry && error instanceof EndlessList);
    const more =
      scan.outcome === 'bounded' ||
      (scan.outcome === 'full' && (await hasFurther(merge, options, call))) ||
      merge.failures.some(isWorthRetry);
    return pageOf(merge, options, scan, more);
  } finally {
    await merge.close();
  }
}

interface Scan<T extends Ordered> {
  readonly rows: MergedRow<T>[];
  /** The last row that was judged, accepted or not. */
  last: MergedRow<T> | null;
  /** The last row that was judged in each partition. */
  readonly taken: Map<Slot<T>, MergedRow<T>>;
  outcome: 'full' | 'exhausted' | 'bounded';
}

async function collect<T extends Ordered>(
  merge: Merge<T>,
  options: MergedPageOptions<T>,
  call: Call,
): Promise<Scan<T>> {
  const scan: Scan<T> = { rows: [], last: null, taken: new Map(), outcome: 'full' };
  const share = new FairShare();
  while (scan.rows.length < options.size) {
    // The client does not wait for the rest once the call is over.
    if (call.signal.aborted || isBounded(merge, options)) {
      scan.outcome = 'bounded';
      return scan;
    }
    // The rows of one partition move together.
    if (options.accept === undefined && merge.takeAlone(scan.rows, options.size - scan.rows.length) > 0) {
      scan.last = scan.rows.at(-1) ?? null;
      if (scan.last !== null) scan.taken.set(scan.last.slot, scan.last);
      continue;
    }
    let merged = merge.nextReady();
    if (merged === null) {
      merged = await merge.next();
      // The answers to many reads may arrive at once.
      if (isTurnOver()) await rest();
    }
    if (merged === null) {
      scan.outcome = 'exhausted';
      return scan;
    }
    scan.last = merged;
    scan.taken.set(merged.slot, merged);
    // Before the row: it may be the first of a scan, and the costliest.
    if (options.accept !== undefined && share.isSpent()) await share.rest();
    if (options.accept?.(merged.row, merged.slot) ?? true) scan.rows.push(merged);
  }
  return scan;
}

/** True if the scan has used up its native pages and the next row would need another call. */
function isBounded<T extends Ordered>(merge: Merge<T>, options: MergedPageOptions<T>): boolean {
  return (
    options.accept !== undefined && merge.pages >= options.maxScanPages * options.slots.length && !merge.hasReady()
  );
}

/** Checks for rows after a full page; calls a vendor only if that is not known yet. */
async function hasFurther<T extends Ordered>(
  merge: Merge<T>,
  options: MergedPageOptions<T>,
  call: Call,
): Promise<boolean> {
  if (options.accept === undefined) {
    const known = merge.peek();
    return known ?? (await merge.next()) !== null;
  }
  const ahead = await collect(merge, { ...options, size: 1 }, call);
  return ahead.outcome !== 'exhausted';
}

function pageOf<T extends Ordered>(
  merge: Merge<T>,
  options: MergedPageOptions<T>,
  scan: Scan<T>,
  more: boolean,
): MergedPage<T> {
  const placeAt = (row: MergedRow<T>, taken: ReadonlyMap<Slot<T>, MergedRow<T>>): CursorState => {
    const position = merge.baseAt(positionIn(row.slot, row.row));
    return { position, marks: merge.marks(taken, position) };
  };
  const takenUpTo = (index: number): Map<Slot<T>, MergedRow<T>> => {
    const taken = new Map<Slot<T>, MergedRow<T>>();
    for (let i = index; i >= 0 && taken.size < scan.taken.size; i -= 1) {
      const row = scan.rows[i];
      if (row !== undefined && !taken.has(row.slot)) taken.set(row.slot, row);
    }
    return taken;
  };
  const placeOf = (index: number): CursorState => {
    const row = scan.rows[index];
    if (row === undefined) throw new RangeError(`The page has no row ${index}.`);
    return placeAt(row, takenUpTo(index));
  };
  const lastRow = scan.rows.at(-1);
  const stop = scan.outcome === 'full' ? lastRow : (scan.last ?? lastRow);
  const resumable = stop ?? null;
  return {
    rows: scan.rows,
    more,
    failures: merge.failures,
    placeOf,
    continueFrom: resumable === null ? startOver(merge, options, more) : placeAt(resumable, scan.taken),
  };
}

/** If nothing was read but more may come: the position where this page began. */
function startOver<T extends Ordered>(
  merge: Merge<T>,
  options: MergedPageOptions<T>,
  more: boolean,
): CursorState | null {
  if (!more) return null;
  const position = options.from?.position ?? { ...untouched(options.direction), scope: 0, partition: '' };
  return { position, marks: merge.marks(new Map(), position) };
}
