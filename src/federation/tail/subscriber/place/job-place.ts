import { startOfInstant } from '../../../../domain/ordered.ts';
import { compareMerged, untouched } from '../../../cursor/position.ts';
import type { CursorState, MergedPosition, PartitionMark } from '../../../cursor/position.ts';

/**
 * Up to where the lines of one job are settled: every partition is at `position`, except those with a mark. The places
 * of several jobs are joined to one cursor, and taken apart again on resume.
 */
export interface JobPlace {
  readonly position: MergedPosition;
  /** Partitions that are behind because their source failed. */
  readonly marks: readonly PartitionMark[];
}

/** The position of a walk that has not begun. */
const BEGINNING: MergedPosition = { ...untouched('forward'), scope: 0, partition: '' };

/** Before the first line of a job. */
export const FROM_THE_BEGINNING: JobPlace = { position: BEGINNING, marks: [] };

/** The position before all lines of an instant. */
export function positionBefore(time: bigint): MergedPosition {
  return { ...startOfInstant(time), scope: 0, partition: '' };
}

/** The place before all lines of an instant. */
export function placeBefore(time: bigint): JobPlace {
  return { position: positionBefore(time), marks: [] };
}

/** One cursor for several jobs, by their indexes. */
export function joinPlaces(places: ReadonlyMap<number, JobPlace>): CursorState {
  const all = [...places];
  const position = all.reduce(
    (max, [, place]) => (compareMerged(place.position, max) > 0 ? place.position : max),
    BEGINNING,
  );
  const marks = all.flatMap(([index, place]) =>
    compareMerged(place.position, position) < 0 ? [...place.marks, wholeJob(index, place.position)] : place.marks,
  );
  return { position, marks };
}

/** The place of one job, taken from a cursor for several. */
export function placeOfJob({ position, marks }: CursorState, index: number): JobPlace {
  const own = marks.filter((mark) => mark.scope === index && mark.at !== undefined);
  const all = own.find((mark) => mark.whole !== undefined);
  return {
    position: all?.whole ?? position,
    marks: own.filter((mark) => mark.whole === undefined),
  };
}

/** The position after which lines of a job are still to come, in any of its partitions. */
export function startOf({ position, marks }: JobPlace): MergedPosition {
  return marks.reduce((min, mark) => {
    const own = positionOf(mark, position);
    return compareMerged(own, min) < 0 ? own : min;
  }, position);
}

/** True if a line of the job comes after the place of its partition. */
export function isAfter({ position, marks }: JobPlace, line: MergedPosition): boolean {
  const mark = marks.find(({ partition }) => partition === line.partition);
  return compareMerged(line, mark === undefined ? position : positionOf(mark, position)) > 0;
}

function positionOf({ at, scope, partition }: PartitionMark, otherwise: MergedPosition): MergedPosition {
  return at === undefined ? otherwise : { ...at, scope, partition };
}

/** Marks all partitions of a job as being at this position. */
function wholeJob(index: number, whole: MergedPosition): PartitionMark {
  return { scope: index, partition: '', hint: null, at: { time: whole.time, tie: whole.tie }, whole };
}
