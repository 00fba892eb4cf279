import { startOfInstant } from '../../domain/ordered.ts';
import type { ConnectionCursors, MergedPosition } from '../cursor.ts';
import { compareMerged, untouched } from '../merged-place.ts';
import type { CursorOf, Delivery } from './delivery.ts';
import type { Lanes } from './lanes.ts';
import type { TailSettings } from './settings.ts';
import { encodeTailState, FROM_THE_BEGINNING } from './tail-cursor.ts';
import type { TailState } from './tail-cursor.ts';

/** A place of a subscriber, apart from how far ahead of it lines have been delivered. */
type Where = Omit<TailState, 'furthest'>;

export interface StandingOptions {
  readonly lanes: Lanes;
  readonly cursors: ConnectionCursors;
  readonly tail: TailSettings;
  /** Where the subscriber resumes; null: it begins. */
  readonly resumed: TailState | null;
  /** Is it owed lines of the past? */
  readonly wantsPast: boolean;
}

/** Where one subscriber stands: what it has, and what its cursor says. */
export class Standing {
  readonly #options: StandingOptions;
  readonly #lanes: Lanes;
  /** Digests of lines that were delivered although the feeds have not released them, with their instants. */
  readonly #ahead = new Map<string, bigint>();
  readonly #joinedAt = BigInt(Date.now()) * 1_000_000n;
  /** Where the history that is being read began. */
  #began: MergedPosition;
  #history: TailState | null;
  #furthest: MergedPosition | null = null;

  constructor(options: StandingOptions) {
    this.#options = options;
    this.#lanes = options.lanes;
    this.#history = options.resumed;
    const furthest = options.resumed?.furthest ?? null;
    if (furthest !== null) this.#furthest = { ...startOfInstant(furthest), scope: 0, partition: '' };
    // Also before anything is read this is where the subscriber stands.
    this.#began = options.resumed?.position ?? FROM_THE_BEGINNING.position;
  }

  /** Everything up to here is settled while history is read. Null: the feeds say where we stand. */
  get history(): TailState | null {
    return this.#history;
  }

  /** Where the history that is being read began. */
  get began(): MergedPosition {
    return this.#began;
  }

  /** Lines are let go by a feed that have not been taken: from here on we stand where we stood. */
  stay(): void {
    this.#history ??= { ...this.#liveState(), furthest: this.#furthest?.time ?? null };
  }

  /** History is read from here on. Gives the digests of lines behind this place that were delivered. */
  beginHistory(): ReadonlySet<string> {
    const state = this.#history ?? FROM_THE_BEGINNING;
    this.#began = state.position;
    return new Set(state.delivered);
  }

  /** History has been read up to here. */
  advance(position: MergedPosition): void {
    this.#history = { ...(this.#history ?? FROM_THE_BEGINNING), position };
  }

  /** From here on the feeds say where we stand. What they have not released of what we have is remembered. */
  goLive(): void {
    this.#lanes.takeAll();
    for (const { digest } of this.#lanes.windowLines()) this.#ahead.delete(digest);
    this.#history = null;
  }

  /** Was the line delivered before its feed has released it? */
  has(digest: string): boolean {
    return this.#ahead.has(digest);
  }

  /** The line has been delivered: its feed may bring it again. */
  remember(digest: string, time: bigint): void {
    if (!this.#ahead.has(digest)) this.#ahead.set(digest, time);
  }

  /** The feed has released the line; says whether it had been delivered before. */
  forget(digest: string): boolean {
    return this.#ahead.delete(digest);
  }

  /** Lines that neither a window nor a feed can bring again need not be remembered. */
  forgetPast(): void {
    if (this.#ahead.size <= 4 * this.#options.tail.batchSize) return;
    // What lies before a window can't be found in it any more: windows only move on.
    const low = this.#lanes.emptyBefore();
    for (const [digest, time] of this.#ahead) if (time < low) this.#ahead.delete(digest);
  }

  /** A line is delivered. Says whether a later one was delivered before it. */
  pass({ position }: Delivery): boolean {
    const late = this.#furthest !== null && compareMerged(position, this.#furthest) < 0;
    if (!late) this.#furthest = position;
    return late;
  }

  /** The instant of the furthest line that was delivered. */
  get furthest(): bigint | null {
    return this.#furthest?.time ?? null;
  }

  /** Where a subscriber stands that has had everything taken so far, in order up to `last`, but for `rest`. */
  liveWithout(rest: readonly Delivery[], last: MergedPosition | undefined, furthest: bigint | null): CursorOf {
    return this.#bounded(this.#stateWithout(rest, last), furthest);
  }

  /** Where a subscriber stands that is reading history. */
  inHistory(furthest: bigint | null): CursorOf {
    return this.#bounded(this.#historyState(), furthest);
  }

  /** The cursor of an event without lines. */
  cursor(): string {
    const { cursors } = this.#options;
    if (this.#isOwedOnlyWhatComes()) {
      const position = { ...startOfInstant(this.#joinedAt), scope: 0, partition: '' };
      return encodeTailState(cursors, { position, delivered: [], furthest: null });
    }
    const where = this.#history === null ? this.#liveState() : this.#historyState();
    return encodeTailState(cursors, this.#bounded(where, this.furthest).state);
  }

  /** Nothing of the past was asked for, and where the present is has not been seen. */
  #isOwedOnlyWhatComes(): boolean {
    return this.#history === null && !this.#options.wantsPast && this.#lanes.isAnyBefore;
  }

  /**
   * Near the present late lines may still come before what was read: there the place stays behind, and
   * what was delivered beyond it is named.
   */
  #historyState(): Where {
    const state = this.#history ?? FROM_THE_BEGINNING;
    const low = this.#lanes.overlapStart();
    if (state.position.time < low) return state;
    const bound = { ...startOfInstant(low), scope: 0, partition: '' };
    const position = compareMerged(this.#began, bound) > 0 ? this.#began : bound;
    const ahead = [...this.#ahead].filter(([, time]) => time >= position.time).map(([digest]) => digest);
    return { position, delivered: [...new Set([...state.delivered, ...ahead])] };
  }

  #stateWithout(rest: readonly Delivery[], last: MergedPosition | undefined): Where {
    const state = this.#liveState();
    const [first] = rest;
    if (first === undefined || last === undefined) return state;
    const open = new Set(rest.map(({ digest }) => digest));
    const position = first.position.time < state.position.time ? last : state.position;
    const delivered = this.#digestsFrom(position.time).filter((digest) => !open.has(digest));
    return { position, delivered };
  }

  #bounded({ position, delivered }: Where, furthest: bigint | null): CursorOf {
    if (delivered.length > this.#options.tail.cursorLines) {
      return { state: { position, delivered: [], furthest: null }, mayRepeat: true };
    }
    return { state: { position, delivered, furthest }, mayRepeat: false };
  }

  /** Where a subscriber stands that has taken what it has taken of each feed. */
  #liveState(): Where {
    let low: bigint | null = null;
    for (const lane of this.#lanes.all) {
      const mark = lane.feed.lowWatermark(lane.taken);
      if (mark === null) return { ...FROM_THE_BEGINNING, delivered: this.#digestsFrom(untouched('forward').time) };
      if (low === null || mark < low) low = mark;
    }
    const time = low ?? untouched('forward').time;
    return { position: { ...startOfInstant(time), scope: 0, partition: '' }, delivered: this.#digestsFrom(time) };
  }

  #digestsFrom(time: bigint): string[] {
    return [...this.#lanes.all.flatMap((lane) => lane.takenFrom(time)), ...this.#ahead.keys()];
  }
}
