import { startOfInstant } from '../../domain/ordered.ts';
import type { Json } from '../../domain/json.ts';
import type { CursorState, MergedPosition, PartitionMark } from '../cursor.ts';
import { compareMerged, untouched } from '../merged-place.ts';

/** Where a walk through several jobs stands that has not begun. */
export const BEGINNING: CursorState = { position: { ...untouched('forward'), scope: 0, partition: '' }, marks: [] };

/** The place before all lines of an instant. */
export function placeBefore(time: bigint): MergedPosition {
  return { ...startOfInstant(time), scope: 0, partition: '' };
}

/** A place where each job, by its index, stands at a place of its own. */
export function placeOfJobs(starts: readonly MergedPosition[]): CursorState {
  const position = starts.reduce((max, start) => (compareMerged(start, max) > 0 ? start : max), BEGINNING.position);
  const behind = starts.map((start, scope) => (compareMerged(start, position) < 0 ? markOfJob(scope, start) : null));
  return { position, marks: behind.filter((mark) => mark !== null) };
}

/** Says that all partitions of a job stand there. */
export function markOfJob(scope: number, { time, tie, ...at }: MergedPosition): PartitionMark {
  return { scope, partition: '', hint: [at.scope, at.partition], at: { time, tie }, whole: true };
}

/** Behind which place the lines of a partition are still to come. */
export function startOf({ position, marks }: CursorState, scope: number, partition: string): MergedPosition {
  const own = marks.find((mark) => mark.scope === scope && mark.whole !== true && mark.partition === partition);
  if (own?.at !== undefined) return { ...own.at, scope, partition };
  const all = marks.find((mark) => mark.scope === scope && mark.whole === true);
  return all === undefined ? position : placeOfMark(all, position);
}

/** Behind which place the lines of a job are still to come, whatever their partition. */
export function startOfJob({ position, marks }: CursorState, scope: number): MergedPosition {
  const own = marks.filter((mark) => mark.scope === scope && mark.at !== undefined);
  const places = own.map((mark) => placeOfMark(mark, position));
  return places.reduce((min, place) => (compareMerged(place, min) < 0 ? place : min), position);
}

/** Does a line lie behind the place where its partition stands? */
export function isBehindPlace(place: CursorState, line: MergedPosition): boolean {
  return compareMerged(line, startOf(place, line.scope, line.partition)) > 0;
}

function placeOfMark({ at, hint, scope, partition, whole }: PartitionMark, otherwise: MergedPosition): MergedPosition {
  if (at === undefined) return otherwise;
  if (whole !== true) return { ...at, scope, partition };
  const [inScope, inPartition] = Array.isArray(hint) ? (hint as readonly Json[]) : [];
  return {
    ...at,
    scope: typeof inScope === 'number' ? inScope : 0,
    partition: typeof inPartition === 'string' ? inPartition : '',
  };
}
