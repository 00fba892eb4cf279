import type { MergedPosition } from '../../cursor/position.ts';
import { compareMerged, untouched } from '../../cursor/position.ts';
import { inOrder } from './events/delivery.ts';
import type { Delivery, Dropped } from './events/delivery.ts';
import { placeBefore, placeOfJob } from './place/job-place.ts';
import type { Lane } from './lane.ts';
import type { LastLines } from './history/last-lines.ts';
import type { Owed, Phases } from './phases.ts';
import type { TailState } from './place/tail-state.ts';

/** What a subscriber that does not resume gets first. */
export interface FirstEvent {
  readonly lines: readonly Delivery[];
  readonly dropped: Dropped | null;
  /** Gaps that end before this position are not reported. Null: all gaps are. */
  readonly gapsFrom: MergedPosition | null;
}

/** After all lines: only gaps with an unknown end reach beyond it. */
const FAR_AHEAD: MergedPosition = { ...untouched('backward'), scope: 0, partition: '' };

/** What each job is owed when the subscription starts: the lines after a cursor, the last lines, or new lines only. */
export function owedAtFirst(resume: TailState | null, wanted: number, now: bigint): (lane: Lane) => Owed {
  return ({ index }) => {
    if (resume !== null) return { kind: 'after', place: placeOfJob(resume.place, index) };
    return wanted > 0 ? { kind: 'last', count: wanted } : { kind: 'after', place: placeBefore(now) };
  };
}

/** True if the feeds' windows hold the last `wanted` lines without a hole, or all lines. */
export function windowsHold(ready: readonly Lane[], wanted: number): boolean {
  const first = inWindows(ready).at(-wanted);
  return ready.every(({ feed }) => {
    const { start } = feed.window;
    return start === null || (first !== undefined && start <= first.position.time);
  });
}

/** Begins with new lines only. */
export function beginWithNew(phases: Phases, ready: readonly Lane[]): FirstEvent {
  phases.goLive(ready);
  return { lines: [], dropped: null, gapsFrom: FAR_AHEAD };
}

/** Begins with the last lines of the windows. */
export function beginWithWindows(phases: Phases, ready: readonly Lane[], wanted: number): FirstEvent {
  const lines = inWindows(ready);
  const first = lines.at(-wanted)?.position ?? null;
  phases.goLive(ready);
  phases.owe(owedAfter(first, wanted - lines.length));
  return { lines: lines.slice(-wanted), dropped: null, gapsFrom: first };
}

/** Begins with the last lines as the vendors returned them, and the lines that have come since. */
export function beginWithLast(phases: Phases, ready: readonly Lane[], wanted: number, last: LastLines): FirstEvent {
  const { lines, dropped, failed } = last;
  const answered = ready.filter(({ index }) => !failed.has(index));
  // Lines that came in the meantime may lie before those that were read. (Fewer than `wanted` lines: all lines were
  // read.)
  const first = lines.length < wanted ? null : (lines[0]?.position ?? null);
  for (const line of lines) phases.laneOf(line).remember(line);
  const missing = inWindows(answered).filter(
    (line) => (first === null || compareMerged(line.position, first) > 0) && !phases.laneOf(line).has(line),
  );
  phases.goLive(answered);
  const all = [...lines, ...missing].sort(inOrder).slice(-wanted);
  phases.owe(owedAfter(all.length < wanted ? null : (all[0]?.position ?? null), wanted - all.length));
  return { lines: all, dropped, gapsFrom: first };
}

function inWindows(lanes: readonly Lane[]): Delivery[] {
  return lanes.flatMap((lane) => lane.windowLines()).sort(inOrder);
}

/** Jobs that begin later are owed the lines after the first delivered one, or the last `missing` of their lines. */
function owedAfter(first: MergedPosition | null, missing: number): Owed {
  return missing > 0 || first === null
    ? { kind: 'last', count: Math.max(0, missing) }
    : { kind: 'after', place: { position: first, marks: [] } };
}
