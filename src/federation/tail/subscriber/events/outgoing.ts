import type { LogStreamEvent } from '../../../api.ts';
import type { ConnectionCursors } from '../../../cursor/codec.ts';
import { compareMerged } from '../../../cursor/position.ts';
import type { MergedPosition } from '../../../cursor/position.ts';
import type { TailSettings } from '../../settings.ts';
import { DeliveredEdge, LazyBatch } from './batch.ts';
import type { Delivery, Dropped } from './delivery.ts';
import { FROM_THE_BEGINNING, joinPlaces, positionBefore, startOf } from '../place/job-place.ts';
import type { JobPlace } from '../place/job-place.ts';
import type { Lane } from '../lane.ts';
import type { Phase, Phases } from '../phases.ts';
import type { Resumed } from '../place/tail-state.ts';
import { failureOf, lagSeconds } from './statuses.ts';
import type { StatusChange } from './statuses.ts';
import { encodeTailState } from '../place/tail-state.ts';
import type { TailState } from '../place/tail-state.ts';

type Batch = Extract<LogStreamEvent, { type: 'LogBatch' }>;
type EndReason = Extract<LogStreamEvent, { type: 'LogStreamEnd' }>['reason'];

/** `batchSize`: lines in one batch. `cursorLines`: the most lines that a cursor names. */
type OutgoingSettings = Pick<TailSettings, 'batchSize' | 'cursorLines'>;

/** Tracks what was delivered to a subscriber, and makes the events that deliver it, each with the cursor to resume from. */
export class Outgoing {
  readonly #phases: Phases;
  readonly #resumed: Resumed;
  readonly #cursors: ConnectionCursors;
  readonly #settings: OutgoingSettings;
  readonly #onDropped: (lines: number | null) => void;
  /** The latest line, in merged order, that was delivered. */
  #furthest: MergedPosition | null;
  /** Lines taken from the feeds that are still to be delivered. */
  #owed: readonly Delivery[] = [];

  constructor(
    phases: Phases,
    resumed: Resumed,
    cursors: ConnectionCursors,
    settings: OutgoingSettings,
    onDropped: (lines: number | null) => void,
  ) {
    this.#phases = phases;
    this.#resumed = resumed;
    this.#cursors = cursors;
    this.#settings = settings;
    this.#onDropped = onDropped;
    this.#furthest = resumed.furthest === null ? null : positionBefore(resumed.furthest);
  }

  /** The instant of the latest line that was delivered; null before the first one. */
  get furthest(): bigint | null {
    return this.#furthest?.time ?? null;
  }

  get owed(): readonly Delivery[] {
    return this.#owed;
  }

  /** Sets the lines to deliver next, in order; they replace those that were owed. */
  owe(lines: readonly Delivery[]): void {
    this.#owed = lines;
  }

  /** Delivers what is owed. Ends early if `owe([])` is called in the meantime. */
  *deliver(): Generator<LogStreamEvent, void, undefined> {
    const { batchSize } = this.#settings;
    while (this.#owed.length > 0) {
      const lines = this.#owed.slice(0, batchSize);
      this.#owed = this.#owed.slice(batchSize);
      yield this.batch(lines, this.#owed.length > 0, null);
    }
  }

  batch(lines: readonly Delivery[], more: boolean, dropped: Dropped | null): Batch {
    if (dropped !== null) this.#onDropped(dropped.count);
    const mayRepeat = lines.some((line) => this.#resumed.mayRepeat(line));
    const edges = lines.map((line) => new DeliveredEdge(line, this.#isLate(line), this.#cursors));
    return new LazyBatch({ edges, more, mayRepeat, dropped }, () => this.#state(), this.#cursors);
  }

  /** Reports gaps of live jobs, except those that end before `from`. */
  *gaps(from: MergedPosition | null = null): Generator<LogStreamEvent, void, undefined> {
    for (const lane of this.#phases.in('live')) {
      for (const gap of lane.takeGaps(from)) yield this.batch([], this.#phases.histories().length > 0, gap);
    }
  }

  status({ state, lane }: StatusChange): LogStreamEvent {
    return {
      type: 'LogStreamStatus',
      state,
      lagSeconds: lagSeconds(state, this.#phases),
      cursor: encodeTailState(this.#cursors, this.#state()),
      failure: lane && failureOf(lane),
    };
  }

  end(reason: EndReason): LogStreamEvent {
    return { type: 'LogStreamEnd', reason, cursor: encodeTailState(this.#cursors, this.#state()) };
  }

  /** True if a later line was delivered before this one. */
  #isLate({ position }: Delivery): boolean {
    if (this.#furthest !== null && compareMerged(position, this.#furthest) < 0) return true;
    this.#furthest = position;
    return false;
  }

  /** What the subscriber has received, as a cursor records it. */
  #state(): TailState {
    const places = new Map<number, JobPlace>();
    const names: string[] = [];
    let mayRepeat = false;
    for (const [lane, phase] of this.#phases.all()) {
      const state = this.#stateOf(lane, phase);
      places.set(lane.index, state.place);
      for (const name of state.names) names.push(name);
      mayRepeat ||= state.mayRepeat;
    }
    const starts = [...places.values()].map((place) => startOf(place).time);
    names.push(...this.#resumed.names(starts));
    const most = this.#settings.cursorLines;
    return {
      place: joinPlaces(places),
      names: names.length > most ? names.slice(-most) : names,
      furthest: this.furthest,
      mayRepeat: mayRepeat || names.length > most || this.#resumed.repeatsFrom(starts),
    };
  }

  #stateOf(lane: Lane, phase: Phase): { place: JobPlace; names: readonly string[]; mayRepeat: boolean } {
    switch (phase.kind) {
      case 'starting': {
        const { owed } = phase;
        return { place: owed.kind === 'after' ? owed.place : FROM_THE_BEGINNING, names: [], mayRepeat: false };
      }
      case 'history':
        return { ...phase.history.stateOf(lane), mayRepeat: false };
      case 'live':
        return lane.liveState(this.#owed);
    }
  }
}
