import type { ConnectionCursors, CursorState, MergedPosition } from '../cursor.ts';
import { compareMerged, untouched } from '../merged-place.ts';
import type { Delivery, PlacedLine } from './delivery.ts';
import { Known } from './known.ts';
import type { Lanes } from './lanes.ts';
import { sumUp } from './line-sums.ts';
import { BEGINNING, isBehindPlace, markOfJob, placeBefore, placeOfJobs, startOfJob } from './place.ts';
import type { TailSettings } from './settings.ts';
import { TakenLines } from './taken-lines.ts';
import type { Accepts } from './taken-lines.ts';
import { encodeTailState, FROM_THE_BEGINNING, stateAt } from './tail-cursor.ts';
import type { TailState } from './tail-cursor.ts';

export interface StandingOptions {
  readonly lanes: Lanes;
  readonly cursors: ConnectionCursors;
  readonly tail: TailSettings;
  /** Where the subscriber resumes; null: it begins. */
  readonly resumed: TailState | null;
  /** Is it owed lines of the past? */
  readonly wantsPast: boolean;
  readonly accepts: Accepts;
}

/** Where one subscriber stands: what it has, and what its cursor says. */
export class Standing {
  readonly #options: StandingOptions;
  readonly #lanes: Lanes;
  /** Lines that were delivered although the feeds have not released them, by the texts of their digests. */
  readonly #ahead = new Map<string, PlacedLine>();
  /** What was known when the history began that is read, or was read last. */
  #known = new Known(FROM_THE_BEGINNING);
  readonly #joinedAt = BigInt(Date.now()) * 1_000_000n;
  /** Where the history that is being read began. */
  #began: CursorState;
  #history: TailState | null;
  #furthest: MergedPosition | null = null;
  #owed: readonly Delivery[] = [];
  #hasBegun = false;

  constructor(options: StandingOptions) {
    this.#options = options;
    this.#lanes = options.lanes;
    this.#history = options.resumed;
    const furthest = options.resumed?.furthest ?? null;
    if (furthest !== null) this.#furthest = placeBefore(furthest);
    // Also before anything is read this is where the subscriber stands.
    this.#began = options.resumed?.place ?? BEGINNING;
  }

  /** Everything up to here is settled while history is read. Null: the feeds say where we stand. */
  get history(): TailState | null {
    return this.#history;
  }

  /** What of the history that is read was delivered. */
  get known(): Known {
    return this.#known;
  }

  /** Where the history that is being read began. */
  get began(): CursorState {
    return this.#began;
  }

  /** The feeds know where the present is, and what of the past is wanted is about to be delivered. */
  begin(): void {
    this.#hasBegun = true;
  }

  /** Lines are let go by a feed that have not been taken: from here on we stand where we stood. */
  stay(): void {
    // Who has not begun owes nothing to what was before.
    if (this.#hasBegun) this.#history ??= this.#live();
  }

  /** History is read from here on: what of it was delivered is known now. */
  beginHistory(known: Known): void {
    const state = this.#history ?? FROM_THE_BEGINNING;
    this.#began = state.place;
    this.#known = known;
    this.#history = { ...state, names: [], sums: null };
  }

  /** History has been read up to here. */
  advance(place: CursorState): void {
    this.#history = { ...(this.#history ?? FROM_THE_BEGINNING), place };
  }

  /** From here on the feeds say where we stand. What they have not released of what we have is remembered. */
  goLive(): void {
    this.#lanes.takeAll();
    for (const line of this.#known.resolved.values())
      if (isBehindPlace(this.#began, line.position)) this.remember(line);
    for (const { digest } of this.#lanes.windowLines()) {
      this.#ahead.delete(digest.text);
      this.#known.names.delete(digest.text);
    }
    this.#known.resolved.clear();
    this.#owed = [];
    this.#hasBegun = true;
    this.#history = null;
  }

  /** Was the line delivered before its feed has released it? */
  has(line: PlacedLine): boolean {
    return this.#known.has(line) || this.#ahead.has(line.digest.text);
  }

  /** The line has been delivered: its feed may bring it again. */
  remember({ digest, position }: PlacedLine): void {
    if (!this.#ahead.has(digest.text)) this.#ahead.set(digest.text, { digest, position });
  }

  /** The feed has released the line; says whether it had been delivered before. */
  forget(text: string): boolean {
    const wasNamed = this.#known.names.delete(text);
    return this.#ahead.delete(text) || wasNamed;
  }

  /** Lines that neither a window nor a feed can bring again need not be remembered. */
  forgetPast(): void {
    if (this.#ahead.size <= 4 * this.#options.tail.batchSize) return;
    // What lies before a window can't be found in it any more: windows only move on.
    const low = this.#lanes.emptyBefore();
    for (const [text, { position }] of this.#ahead) if (position.time < low) this.#ahead.delete(text);
  }

  /** May the line, which is about to be delivered, have been delivered before? */
  mayRepeat({ digest, position }: Delivery): boolean {
    if (this.#known.unclear.delete(digest.text)) return true;
    return this.#known.repeatsUpTo !== null && position.time <= this.#known.repeatsUpTo;
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

  /** These lines were taken and are still to be delivered. */
  owe(rest: readonly Delivery[]): void {
    this.#owed = rest;
  }

  /** Where the subscriber stands. */
  state(): TailState {
    // The last lines were asked for, and nobody knows them yet.
    if (this.#history === null && !this.#hasBegun && this.#options.wantsPast) return FROM_THE_BEGINNING;
    return this.#history === null ? this.#live() : this.#inHistory(this.#history);
  }

  /** Where a subscriber stands that has had everything taken so far, but for what is owed. */
  #live(): TailState {
    const { accepts, tail } = this.#options;
    const taken = new TakenLines(this.#lanes, this.#owed, accepts);
    const { starts } = taken;
    const place = placeOfJobs(starts.map(placeBefore));
    const mayRepeat = taken.areIncomplete || this.#known.isUnclearFrom(starts);
    const { furthest: namedUpTo, names: named } = this.#known;
    if (namedUpTo !== null && starts.every((start) => start > namedUpTo)) named.clear();
    const ahead = [...this.#ahead.values()].filter(({ position }) => isBehindPlace(place, position));
    const state = { place, names: [...named], sums: null, furthest: this.furthest, mayRepeat };
    if (taken.count + ahead.length + named.size > tail.cursorLines) return { ...state, sums: taken.sums(ahead) };
    const others = ahead.map(({ digest }) => digest.text).filter((text) => !taken.owes(text));
    const names = new Set([...taken.names(), ...others, ...named]);
    return { ...state, names: [...names] };
  }

  /**
   * Where a subscriber stands that is reading history. Near the present late lines may still come before
   * what was read: there its place in a job stays behind, and what was delivered beyond it is named.
   */
  #inHistory(history: TailState): TailState {
    const starts = this.#lanes.all.map((_, index) => startOfJob(history.place, index).time);
    const mayRepeat = history.mayRepeat || this.#known.isUnclearFrom(starts);
    const state = { ...history, mayRepeat, furthest: this.furthest };
    if (state.sums !== null || state.names.length > 0) return state;
    const marks = this.#lanes.all.flatMap(({ feed }, index) => {
      const low = placeBefore(feed.overlapStart() ?? untouched('forward').time);
      const here = startOfJob(state.place, index);
      if (compareMerged(here, low) <= 0) return state.place.marks.filter(({ scope }) => scope === index);
      const began = startOfJob(this.#began, index);
      return [markOfJob(index, compareMerged(began, low) > 0 ? began : low)];
    });
    const place = { position: state.place.position, marks };
    const known = [...this.#known.resolved, ...this.#ahead].filter(([, { position }]) =>
      isBehindPlace(place, position),
    );
    const lines = [...new Map(known).values()];
    const names = [...this.#known.names];
    if (lines.length === 0 || lines.length + names.length <= this.#options.tail.cursorLines) {
      return { ...state, place, names: [...new Set([...names, ...lines.map(({ digest }) => digest.text)])] };
    }
    const times = lines.map(({ position }) => position.time);
    const last = times.reduce((max, time) => (time > max ? time : max));
    const unnamed = lines.filter(({ digest }) => !this.#known.names.has(digest.text));
    return { ...state, place, names, sums: sumUp(unnamed, last) };
  }

  /** The cursor of an event without lines. */
  cursor(): string {
    const { cursors } = this.#options;
    if (this.#isOwedOnlyWhatComes()) {
      return encodeTailState(cursors, stateAt({ position: placeBefore(this.#joinedAt), marks: [] }));
    }
    return encodeTailState(cursors, this.state());
  }

  /** Nothing of the past was asked for, and where the present is has not been seen. */
  #isOwedOnlyWhatComes(): boolean {
    return this.#history === null && !this.#options.wantsPast && this.#lanes.isAnyBefore;
  }
}
