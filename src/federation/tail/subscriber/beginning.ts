import type { LogStreamEvent } from '../../api.ts';
import { compareMerged, untouched } from '../../cursor/position.ts';
import type { MergedPosition } from '../../cursor/position.ts';
import { inOrder } from './events/delivery.ts';
import type { Delivery, Dropped } from './events/delivery.ts';
import type { Outgoing } from './events/outgoing.ts';
import { readHistoryPage, REFUSED } from './history/history-page.ts';
import type { HistoryOptions } from './history/history.ts';
import type { LastLines, SharedLastLines } from './history/last-lines.ts';
import type { Lane } from './lane.ts';
import type { Owed, Phases } from './phases.ts';
import { placeBefore } from './place/job-place.ts';

/** What a subscriber that does not resume gets first. */
interface FirstEvent {
  readonly lines: readonly Delivery[];
  readonly dropped: Dropped | null;
  /** Gaps that end before this position are not reported. Null: all gaps are. */
  readonly gapsFrom: MergedPosition | null;
}

/** After all lines: only gaps with an unknown end reach beyond it. */
const FAR_AHEAD: MergedPosition = { ...untouched('backward'), scope: 0, partition: '' };

/** What a beginning uses of its subscription. */
interface BeginningOptions extends HistoryOptions {
  readonly lastLines: SharedLastLines;
  /** Identifies the jobs and the filter. */
  readonly key: string;
  /** How many of the last lines are wanted; 0: new lines only. */
  readonly wanted: number;
}

/** What each job is owed by a subscription that does not resume: the last lines, or those that come from `now` on. */
export function owedAfresh(wanted: number, now: bigint): Owed {
  return wanted > 0 ? { kind: 'last', count: wanted } : { kind: 'after', place: placeBefore(now) };
}

/** Begins a subscription that does not resume: with new lines only, or with the last lines. */
export async function* beginAfresh(
  ready: readonly Lane[],
  options: BeginningOptions,
): AsyncGenerator<LogStreamEvent, void, undefined> {
  const { phases, outgoing, sleep, lastLines, wanted } = options;
  if (wanted === 0) return yield* deliverFirst(outgoing, beginWithNew(phases, ready));
  for (const lane of ready) await lane.judge(false);
  if (windowsHold(ready, wanted)) return yield* deliverFirst(outgoing, beginWithWindows(phases, ready, wanted));
  const feeds = ready.map(({ feed }) => feed);
  const question = `${wanted} ${ready.map(({ index }) => index).join()} ${options.key}`;
  const last = await lastLines.read(question, feeds, options.query.signal, () => readLast(ready, options));
  if (sleep.isOver()) return;
  yield* deliverFirst(outgoing, beginWithLast(phases, ready, wanted, last));
}

function* deliverFirst(
  outgoing: Outgoing,
  { lines, dropped, gapsFrom }: FirstEvent,
): Generator<LogStreamEvent, void, undefined> {
  outgoing.owe(lines);
  yield* outgoing.deliver();
  if (dropped !== null) yield outgoing.batch([], false, dropped);
  yield* outgoing.gaps(gapsFrom);
}

async function readLast(ready: readonly Lane[], { sleep, wanted, query, tail }: BeginningOptions): Promise<LastLines> {
  const scopes = new Map(ready.map((lane) => [lane.index, lane.scope]));
  while (!query.signal.aborted) {
    const page = await readHistoryPage(scopes, null, wanted, query);
    if (page.isRefused) {
      return { lines: [], dropped: { count: null, reason: REFUSED, after: null, before: null }, failed: page.failed };
    }
    if (page.failed.size < ready.length) return page;
    const until = performance.now() + (page.retryAfterSeconds ?? tail.intervalMilliseconds / 1000) * 1000;
    while (performance.now() < until && !sleep.isOver()) {
      sleep.look();
      await sleep.until(until);
    }
  }
  return { lines: [], dropped: null, failed: new Set() };
}

/** True if the feeds' windows hold the last `wanted` lines without a hole, or all lines. */
function windowsHold(ready: readonly Lane[], wanted: number): boolean {
  const first = inWindows(ready).at(-wanted);
  return ready.every(({ feed }) => {
    const { start } = feed.window;
    return start === null || (first !== undefined && start <= first.position.time);
  });
}

/** Begins with new lines only. */
function beginWithNew(phases: Phases, ready: readonly Lane[]): FirstEvent {
  phases.goLive(ready);
  return { lines: [], dropped: null, gapsFrom: FAR_AHEAD };
}

/** Begins with the last lines of the windows. */
function beginWithWindows(phases: Phases, ready: readonly Lane[], wanted: number): FirstEvent {
  const lines = inWindows(ready);
  const first = lines.at(-wanted)?.position ?? null;
  phases.goLive(ready);
  phases.owe(owedAfter(first, wanted - lines.length));
  return { lines: lines.slice(-wanted), dropped: null, gapsFrom: first };
}

/** Begins with the last lines as the vendors returned them, and the lines that have come since. */
function beginWithLast(phases: Phases, ready: readonly Lane[], wanted: number, last: LastLines): FirstEvent {
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
