import type { LogStreamEvent } from '../../../api.ts';
import type { CursorState, MergedPosition } from '../../../cursor/position.ts';
import { untouched } from '../../../cursor/position.ts';
import { inOrder } from '../events/delivery.ts';
import type { Delivery, Dropped } from '../events/delivery.ts';
import { History } from './history.ts';
import type { ReadPage } from './history.ts';
import { REFUSED } from './history-page.ts';
import { isAfter, positionBefore, startOf } from '../place/job-place.ts';
import type { Lane } from '../lane.ts';
import type { Outgoing } from '../events/outgoing.ts';
import type { Phases } from '../phases.ts';
import type { Resumed } from '../place/tail-state.ts';
import type { Statuses } from '../events/statuses.ts';

/** The parts of a subscription that catching up uses. */
export interface CatchUpOptions {
  readonly phases: Phases;
  readonly outgoing: Outgoing;
  readonly resumed: Resumed;
  readonly statuses: Statuses;
  readonly read: ReadPage;
  /** Called when a page has been read. */
  readonly wake: () => void;
  /** The pause before a failed source is called again, if the source does not set one. */
  readonly retryMilliseconds: number;
}

/** The reason for a gap if the lines around the resumed position no longer exist. */
const GONE = 'the source no longer has the last lines that were delivered: the lines after them may be gone as well';

/** Takes jobs through the history phase: delivers their past page by page, then what their windows hold. */
export class CatchUp {
  readonly #options: CatchUpOptions;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** Begins to read the past of jobs after `place`. `expects`: true if lines after it were delivered. */
  begin(lanes: readonly Lane[], place: CursorState, expects: boolean): void {
    const { phases, outgoing, read, wake, retryMilliseconds } = this.#options;
    const { furthest } = outgoing;
    phases.beginHistory(lanes, new History(lanes, place, { read, wake, retryMilliseconds, expects, furthest }));
  }

  /** Delivers a page of history or starts the read of the next one. Jobs whose windows hold the rest go live. */
  *goOn(history: History): Generator<LogStreamEvent, void, undefined> {
    const { phases, outgoing, statuses } = this.#options;
    const from = history.position;
    const page = history.takePage();
    if (page !== null) {
      const lines = page.lines.filter((line) => this.#isNew(line, history));
      for (const line of lines) phases.laneOf(line).remember(line);
      history.pass(page);
      const dropped = page.isRefused ? refusal(history, from) : page.dropped;
      if (dropped !== null) history.explainLoss();
      if (lines.length > 0 || dropped !== null) yield outgoing.batch(lines, page.more, dropped);
    }
    const { ready, open } = history;
    if (ready.length > 0) yield* this.#attach(history, ready);
    if (open.length === 0) return;
    if (page === null && history.dueAt === 0) yield outgoing.status(statuses.catchingUp());
    history.readOn();
  }

  /** Delivers the window's lines that come after the start of the history. From then on, the feeds bring new lines. */
  *#attach(history: History, lanes: readonly Lane[]): Generator<LogStreamEvent, void, undefined> {
    const { phases, outgoing } = this.#options;
    // Gaps before the position where reading ended were reported during reading.
    for (const dropped of lanes.flatMap((lane) => lane.takeGaps(history.position))) {
      history.explainLoss();
      yield outgoing.batch([], true, dropped);
    }
    const missing = lanes.flatMap((lane) =>
      lane.windowLines().filter((line) => isAfter(history.beganAt(lane), line.position) && this.#isNew(line, history)),
    );
    history.release(lanes);
    phases.goLive(lanes);
    outgoing.owe(missing.sort(inOrder));
    const before = history.lanes.length === 0 ? history.firstAfterLoss : null;
    if (before !== null) {
      const after = startOf(history.beganAt(lanes[0] ?? phases.laneAt(0)));
      yield outgoing.batch([], false, { count: null, reason: GONE, after, before });
    }
    yield* outgoing.deliver();
  }

  /** True if a line of the past was not delivered before. */
  #isNew(line: Delivery, history: History): boolean {
    const { phases, resumed } = this.#options;
    const lane = phases.laneOf(line);
    const wasDelivered = lane.has(line) || resumed.recognises(line);
    if (wasDelivered) lane.remember(line);
    // The windows also contain lines that were delivered as part of this history.
    if (isAfter(history.placeOf(lane), line.position)) history.see(line, wasDelivered);
    return !wasDelivered;
  }
}

/** The gap if the vendor refuses to return the past: everything up to the windows. */
function refusal(history: History, after: MergedPosition): Dropped {
  const starts = history.lanes.map(({ feed }) => feed.window.start ?? untouched('forward').time);
  const before = positionBefore(starts.reduce((max, start) => (start > max ? start : max)));
  return { count: null, reason: REFUSED, after, before };
}
