import type { LogStreamEvent } from '../../../api.ts';
import { compareMerged, untouched } from '../../../cursor/position.ts';
import type { CursorState, MergedPosition } from '../../../cursor/position.ts';
import type { TailSettings } from '../../settings.ts';
import { inOrder } from '../events/delivery.ts';
import type { Delivery, Dropped } from '../events/delivery.ts';
import type { Outgoing } from '../events/outgoing.ts';
import type { Statuses } from '../events/statuses.ts';
import type { Lane } from '../lane.ts';
import type { JointHistory, Phases } from '../phases.ts';
import { FROM_THE_BEGINNING, isAfter, placeOfJob, positionBefore, startOf } from '../place/job-place.ts';
import type { JobPlace } from '../place/job-place.ts';
import type { Resumed } from '../place/tail-state.ts';
import type { WakeableSleep } from '../wakeable-sleep.ts';
import { readHistoryPage, REFUSED } from './history-page.ts';
import type { HistoryPage, HistoryQuery } from './history-page.ts';

/** What a history uses of its subscription. */
export interface HistoryOptions {
  readonly phases: Phases;
  readonly outgoing: Outgoing;
  readonly resumed: Resumed;
  readonly statuses: Statuses;
  /** Woken when a page has been read. */
  readonly sleep: WakeableSleep;
  readonly query: HistoryQuery;
  /** `intervalMilliseconds`: the pause before a failed source is called again, if the source does not set one. */
  readonly tail: Pick<TailSettings, 'batchSize' | 'intervalMilliseconds'>;
}

/** The reason for a gap if the lines around the resumed position no longer exist. */
const GONE = 'the source no longer has the last lines that were delivered: the lines after them may be gone as well';

/**
 * The history phase: the past of some jobs is read, together and in time order, until the windows of their feeds hold
 * the rest. One page is read at a time, in the background.
 */
export class History implements JointHistory {
  readonly #options: HistoryOptions;
  #lanes: readonly Lane[];
  readonly #began: CursorState;
  #place: CursorState;
  #state:
    | { readonly kind: 'idle'; readonly dueAt: number }
    | { readonly kind: 'reading' }
    | { readonly kind: 'read'; readonly page: HistoryPage }
    | { readonly kind: 'broken'; readonly error: unknown } = { kind: 'idle', dueAt: 0 };
  #more = true;
  #failed: ReadonlySet<number> = new Set();
  /** True while a delivered line should still be met again. */
  #expects: boolean;
  /** The instant of the latest line that was delivered when this history began. */
  readonly #furthest: bigint | null;
  /** The first line after that instant: lines before it are lost if no delivered line exists any more. */
  #firstAfter: MergedPosition | null = null;

  /** Reads on after `place`. `expects`: true if lines after it were delivered. */
  constructor(lanes: readonly Lane[], place: CursorState, expects: boolean, options: HistoryOptions) {
    this.#lanes = lanes;
    this.#began = place;
    this.#place = place;
    this.#expects = expects;
    this.#furthest = options.outgoing.furthest;
    this.#options = options;
  }

  get position(): MergedPosition {
    return this.#place.position;
  }

  get dueAt(): number {
    return this.#state.kind === 'idle' ? this.#state.dueAt : this.#state.kind === 'reading' ? Infinity : 0;
  }

  *goOn(): Generator<LogStreamEvent, void, undefined> {
    const { outgoing, statuses } = this.#options;
    const page = this.#takePage();
    if (page !== null) yield* this.#deliver(page);
    const open = this.#open();
    const ready = this.#ready(open);
    if (ready.length > 0) yield* this.#attach(ready);
    if (open.length === 0) return;
    if (page === null && this.dueAt === 0) yield outgoing.status(statuses.catchingUp());
    this.#readOn();
  }

  /**
   * What a cursor records of a job. Near the present, late lines may still come before those that were read. There the
   * place stays behind them, and the cursor names the lines that were delivered after it.
   */
  stateOf(lane: Lane): { place: JobPlace; names: readonly string[] } {
    const place = this.#settledPlace(lane);
    return { place, names: lane.namesAfter(place) };
  }

  #settledPlace(lane: Lane): JobPlace {
    const here = this.#placeOf(lane);
    const low = positionBefore(lane.feed.overlapStart() ?? untouched('forward').time);
    if (compareMerged(startOf(here), low) <= 0) return here;
    const began = startOf(this.#beganAt(lane));
    return { ...FROM_THE_BEGINNING, position: compareMerged(began, low) > 0 ? began : low };
  }

  /** The place up to which the lines of a job have been read. */
  #placeOf(lane: Lane): JobPlace {
    return placeOfJob(this.#place, lane.index);
  }

  /** The place of a job when this history began. */
  #beganAt(lane: Lane): JobPlace {
    return placeOfJob(this.#began, lane.index);
  }

  /** Jobs whose windows begin after the place up to which they have been read. */
  #open(): readonly Lane[] {
    return this.#lanes.filter((lane) => {
      const { start } = lane.feed.window;
      const isBehind = start !== null && start > startOf(this.#placeOf(lane)).time;
      // If the vendors have no more lines, nothing lies between that place and the window.
      return isBehind && (this.#more || this.#failed.has(lane.index));
    });
  }

  /** Jobs that can go live: those that are not open, once the only open ones are those whose source does not answer. */
  #ready(open: readonly Lane[]): readonly Lane[] {
    if (open.some(({ index }) => !this.#failed.has(index))) return [];
    return this.#lanes.filter((lane) => !open.includes(lane));
  }

  /** Starts the read of the next page, if it is due. */
  #readOn(): void {
    if (this.#state.kind !== 'idle' || this.#state.dueAt > performance.now()) return;
    this.#state = { kind: 'reading' };
    const { query, sleep, tail } = this.#options;
    const scopes = new Map(this.#lanes.map((lane) => [lane.index, lane.scope]));
    readHistoryPage(scopes, this.#place, tail.batchSize, query).then(
      (page) => {
        this.#state = { kind: 'read', page };
        sleep.wake();
      },
      (error: unknown) => {
        this.#state = { kind: 'broken', error };
        sleep.wake();
      },
    );
  }

  /** The page that has been read, once. Throws the error that ended the reading. */
  #takePage(): HistoryPage | null {
    if (this.#state.kind === 'broken') throw this.#state.error;
    if (this.#state.kind !== 'read') return null;
    const { page } = this.#state;
    const { intervalMilliseconds } = this.#options.tail;
    const pause = page.failed.size === 0 ? 0 : (page.retryAfterSeconds ?? 0) * 1000 || intervalMilliseconds;
    this.#state = { kind: 'idle', dueAt: performance.now() + pause };
    return page;
  }

  /** Delivers the new lines of a page. From then on, the page is passed. */
  *#deliver(page: HistoryPage): Generator<LogStreamEvent, void, undefined> {
    const { phases, outgoing } = this.#options;
    const lines = page.lines.filter((line) => this.#isNew(line));
    for (const line of lines) phases.laneOf(line).remember(line);
    const dropped = page.isRefused ? this.#refusal() : page.dropped;
    if (page.place !== null) this.#place = page.place;
    this.#more = page.more && !page.isRefused;
    this.#failed = page.failed;
    for (const lane of this.#lanes) lane.forgetPassed(this.#placeOf(lane));
    // A gap that is reported explains why no delivered line is met.
    if (dropped !== null) this.#expects = false;
    if (lines.length > 0 || dropped !== null) yield outgoing.batch(lines, page.more, dropped);
  }

  /** Delivers the window's lines that come after the start of the history. From then on, the feeds bring new lines. */
  *#attach(lanes: readonly Lane[]): Generator<LogStreamEvent, void, undefined> {
    const { phases, outgoing } = this.#options;
    // Gaps before the position where reading ended were reported during reading.
    for (const dropped of lanes.flatMap((lane) => lane.takeGaps(this.position))) {
      this.#expects = false;
      yield outgoing.batch([], true, dropped);
    }
    const missing = lanes.flatMap((lane) =>
      lane.windowLines().filter((line) => isAfter(this.#beganAt(lane), line.position) && this.#isNew(line)),
    );
    this.#lanes = this.#lanes.filter((lane) => !lanes.includes(lane));
    phases.goLive(lanes);
    outgoing.owe(missing.sort(inOrder));
    if (this.#lanes.length === 0 && this.#expects && this.#firstAfter !== null) {
      const after = startOf(this.#beganAt(lanes[0] ?? phases.laneAt(0)));
      yield outgoing.batch([], false, { count: null, reason: GONE, after, before: this.#firstAfter });
    }
    yield* outgoing.deliver();
  }

  /** True if a line of the past was not delivered before. */
  #isNew(line: Delivery): boolean {
    const { phases, resumed } = this.#options;
    const lane = phases.laneOf(line);
    const wasDelivered = lane.has(line) || resumed.recognises(line);
    if (wasDelivered) lane.remember(line);
    // The windows also contain lines that were delivered as part of this history.
    if (!isAfter(this.#placeOf(lane), line.position)) return !wasDelivered;
    if (wasDelivered) this.#expects = false;
    else if (this.#furthest !== null && line.position.time > this.#furthest) this.#firstAfter ??= line.position;
    return !wasDelivered;
  }

  /** The gap if the vendor refuses to return the past: everything up to the windows. */
  #refusal(): Dropped {
    const starts = this.#lanes.map(({ feed }) => feed.window.start ?? untouched('forward').time);
    const before = positionBefore(starts.reduce((max, start) => (start > max ? start : max)));
    return { count: null, reason: REFUSED, after: this.position, before };
  }
}
