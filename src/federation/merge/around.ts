import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { Direction, Ordered } from '../../domain/ordered.ts';
import { compareMerged } from '../cursor/position.ts';
import type { MergedPosition } from '../cursor/position.ts';
import { FailedScope } from './failed-scope.ts';
import type { SlotFailure } from './merge.ts';
import { positionIn } from './slot.ts';
import type { Slot } from './slot.ts';
import { readMergedPage } from './page.ts';
import type { MergedPage, MergedPageOptions } from './page.ts';

/**
 * The rows around one row of a merged log. The rows before it are read backward from its position; the row itself and
 * the rows after it are read forward from just before it.
 */

/** The position of the middle row, and how many rows to read on either side. */
export interface Around {
  readonly scope: number;
  readonly partition: string;
  readonly time: bigint;
  readonly tie: string;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
}

export type AroundOptions<T extends Ordered> = Pick<
  MergedPageOptions<T>,
  'slots' | 'since' | 'before' | 'maxScanPages' | 'accept'
>;

/** Throws NOT_FOUND if the row is gone, and the source's error if the source of the row fails. */
export async function readAround<T extends Ordered>(
  options: AroundOptions<T>,
  around: Around,
  mayRecover: (error: unknown) => boolean,
  call: Call,
): Promise<MergedPage<T>> {
  const { scope, partition, time, tie, rowsBefore, rowsAfter } = around;
  const target: MergedPosition = { scope, partition, time, tie };
  if (!options.slots.some((slot) => isIn(slot, target))) throw lineIsGone();
  const read = (position: MergedPosition, size: number, direction: Direction): Promise<MergedPage<T>> => {
    const from = { position, marks: [] };
    return readMergedPage(
      { ...options, from, until: null, direction, size, need: size, isFirst: true },
      mayRecover,
      call,
    );
  };
  // In parallel, so that both share the calls that they have in common.
  const [ahead, behind] = await Promise.all([
    read(justBefore(target), rowsAfter + 1, 'forward'),
    read(target, rowsBefore, 'backward'),
  ]);
  const failure = ahead.failures.find(({ slot, partial }) => !partial && isIn(slot, target));
  if (failure !== undefined) throw failure.error;
  // A page of an operation that is over may be empty.
  call.signal.throwIfAborted();
  const line = ahead.rows[0];
  if (line === undefined || compareMerged(positionIn(line.slot, line.row), target) !== 0) throw lineIsGone();
  const count = behind.rows.length;
  return {
    rows: [...[...behind.rows].reverse(), ...ahead.rows],
    more: ahead.more,
    moreBefore: behind.more,
    failures: eachOnce([...ahead.failures, ...behind.failures]),
    placeOf: (index) => (index < count ? behind.placeOf(count - 1 - index) : ahead.placeOf(index - count)),
    continueFrom: ahead.continueFrom,
  };
}

export function lineIsGone(): TributaryError {
  return new TributaryError('NOT_FOUND', 'The line no longer exists.');
}

/**
 * The last position before another one. No tie-break ends in U+FFFF, so no row lies between the two. Rows at the same
 * instant are thus skipped without being read.
 */
function justBefore({ tie, ...place }: MergedPosition): MergedPosition {
  const last = tie.charCodeAt(tie.length - 1);
  const start = tie.slice(0, -1);
  // A tie-break that ends in the lowest code unit directly follows the tie-break without it.
  return { ...place, tie: Number.isNaN(last) || last === 0 ? start : `${start}${String.fromCharCode(last - 1)}\uffff` };
}

function isIn<T extends Ordered>(slot: Slot<T>, { scope, partition }: MergedPosition): boolean {
  // A failed scope represents all of its partitions.
  return slot.scope === scope && (slot.partition.key === partition || slot.partition instanceof FailedScope);
}

/** One failure per partition, even if both directions failed. A failure of the whole partition takes precedence. */
function eachOnce<T extends Ordered>(failures: readonly SlotFailure<T>[]): SlotFailure<T>[] {
  const bySlot = new Map<Slot<T>, SlotFailure<T>>();
  for (const failure of failures) {
    const known = bySlot.get(failure.slot);
    if (known === undefined || (known.partial && !failure.partial)) bySlot.set(failure.slot, failure);
  }
  return [...bySlot.values()];
}
