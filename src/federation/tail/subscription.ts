import { setTimeout as pause } from 'node:timers/promises';
import { createCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import { startOfInstant } from '../../domain/ordered.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import type {
  ConnectionArguments,
  LogConnection,
  LogNode,
  LogStreamEvent,
  SourceFailure,
  TailArguments,
} from '../api.ts';
import { badInput } from '../arguments.ts';
import type { ConnectionCursors, CursorCodec, MergedPosition, PartitionMark } from '../cursor.ts';
import { mayRecover, sourceFailure } from '../failures.ts';
import { logConnection, logConnectionKey } from '../log-connection.ts';
import type { LogConnectionOptions } from '../log-connection.ts';
import { compareMerged, untouched } from '../merge.ts';
import { acceptFilter } from './accept-filter.ts';
import { DeliveredEdge, LazyBatch } from './delivery.ts';
import type { CursorOf, Delivery } from './delivery.ts';
import type { Feeds } from './feeds.ts';
import { Lane } from './lane.ts';
import type { TailSettings } from './settings.ts';
import { decodeTailState, encodeTailState, FROM_THE_BEGINNING, lineDigest } from './tail-cursor.ts';
import type { TailState } from './tail-cursor.ts';

export interface SubscriptionOptions extends Omit<LogConnectionOptions, 'args'> {
  readonly args: TailArguments;
  readonly tail: TailSettings;
  readonly feeds: Feeds;
  readonly cursors: CursorCodec;
  /** Aborted when the server shuts down. */
  readonly stopping: AbortSignal;
}

/** A place of a subscriber, apart from how far ahead of it lines have been delivered. */
type Where = Omit<TailState, 'furthest'>;
type Batch = Extract<LogStreamEvent, { type: 'LogBatch' }>;
type StreamState = Extract<LogStreamEvent, { type: 'LogStreamStatus' }>['state'];

/**
 * One subscriber: history from where it wants to begin, then what its jobs' feeds release. It holds no
 * lines of its own, only how far it has taken each feed; when a feed has let go of lines that it has not
 * taken, it reads them again as history.
 */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #call: Call;
  readonly #cursors: ConnectionCursors;
  readonly #lanes: readonly Lane[];
  readonly #accepts: (entry: LogEntry) => boolean;
  readonly #leave: AbortSignal;
  /** Has it lasted as long as it may? Told by its timer alone: the clock may be a millisecond behind. */
  #hasExpired = false;
  #wake: (() => void) | null = null;
  /** Has something happened since we last looked? */
  #isStale = false;
  /** How to get to the place of `#history` in each partition. */
  #marks: readonly PartitionMark[] = [];
  /** Digests of lines that were delivered although the feeds have not released them, with their instants. */
  readonly #ahead = new Map<string, bigint>();
  /** Where the history that is being read began. */
  #began: MergedPosition;
  readonly #joinedAt = BigInt(Date.now()) * 1_000_000n;
  /** Everything up to here is settled while history is read. Null: the feeds say where we stand. */
  #history: TailState | null = null;
  #furthest: MergedPosition | null = null;
  #said: StreamState | null = null;

  constructor(options: SubscriptionOptions, call: Call) {
    const { args, scopes } = options;
    if (typeof args.after === 'string' && typeof args.tail === 'number') {
      throw badInput('Give after (resume from a cursor) or tail (begin with the last lines), not both.');
    }
    if (
      typeof args.tail === 'number' &&
      (!Number.isInteger(args.tail) || args.tail < 0 || args.tail > options.maxPageSize)
    ) {
      throw badInput(`tail: ${args.tail} is not allowed; it must be a whole number from 0 to ${options.maxPageSize}.`);
    }
    this.#options = options;
    this.#call = call;
    this.#accepts = acceptFilter(args);
    this.#cursors = options.cursors.forConnection(logConnectionKey(scopes, { filter: args.filter }));
    this.#history = typeof args.after === 'string' ? decodeTailState(this.#cursors, args.after) : null;
    const furthest = this.#history?.furthest ?? null;
    if (furthest !== null) this.#furthest = { ...startOfInstant(furthest), scope: 0, partition: '' };
    // Also before anything is read this is where the subscriber stands.
    this.#began = this.#history?.position ?? FROM_THE_BEGINNING.position;
    this.#leave = AbortSignal.any([call.signal, options.stopping]);
    this.#lanes = scopes.map((scope, index) => new Lane(scope, index, this));
  }

  async *events(): AsyncGenerator<LogStreamEvent, void, undefined> {
    const wake = (): void => {
      this.wake();
    };
    const expire = (): void => {
      this.#hasExpired = true;
      wake();
    };
    const deadline = setTimeout(expire, Math.min(2 ** 31 - 1, this.#options.tail.maxDurationMilliseconds));
    this.#leave.addEventListener('abort', wake);
    try {
      for (const lane of this.#lanes) lane.join(this.#options.feeds, this.#call);
      yield* this.#untilReady();
      if (this.#isOver()) return yield* this.#finish();
      yield* this.#begin();
      while (!this.#isOver()) {
        this.#isStale = false;
        if (this.#history !== null) yield* this.#catchUp();
        const batches = this.#takeReleased();
        for (const batch of batches) yield batch;
        yield* this.#sayState();
        if (batches.length > 0 || this.#history !== null) continue;
        const reason = this.#endReason();
        if (reason !== null) return yield this.#end(reason);
        await this.#sleep();
      }
      yield* this.#finish();
    } finally {
      clearTimeout(deadline);
      this.#leave.removeEventListener('abort', wake);
      for (const lane of this.#lanes) lane.leave();
    }
  }

  wake(): void {
    this.#isStale = true;
    this.#wake?.();
  }

  /** A feed lets go of lines that we have not taken: from here on we stand where we stood. */
  leaveBehind(): void {
    this.#history ??= { ...this.#liveState(), furthest: this.#furthest?.time ?? null };
  }

  async *#untilReady(): AsyncGenerator<LogStreamEvent, void, undefined> {
    while (!this.#isOver()) {
      this.#isStale = false;
      for (const lane of this.#lanes) if (lane.feed.state.kind === 'broken') throw asError(lane.feed.state.error);
      if (this.#lanes.every((lane) => lane.isReady)) return;
      yield* this.#sayFailures();
      await this.#sleep();
    }
  }

  /** Brings the subscriber to the feeds' present: from its cursor, with its last lines, or with nothing. */
  async *#begin(): AsyncGenerator<LogStreamEvent, void, undefined> {
    if (this.#history !== null) return;
    const wanted = this.#options.args.tail ?? 0;
    if (wanted === 0) {
      for (const lane of this.#lanes) lane.takeAll();
      return;
    }
    const inWindows = this.#windowLines().filter(({ node }) => this.#accepts(node));
    const first = inWindows.at(-wanted);
    const isAll = this.#lanes.every((lane) => lane.feed.window.start === null);
    // The windows answer where they hold as many lines without a hole, or all that there are.
    if (!isAll && (first === undefined || first.position.time < this.#coveredFrom())) {
      yield* this.#readLast(wanted);
      return;
    }
    for (const lane of this.#lanes) lane.takeAll();
    yield* this.#batches(inWindows.slice(-wanted), false);
  }

  /** The last lines from the vendors themselves, where the windows do not hold as many; behind them, what has come since. */
  async *#readLast(wanted: number): AsyncGenerator<LogStreamEvent, void, undefined> {
    let connection = this.#connection({ last: wanted });
    while ((await this.#hasFailed(connection)) && !this.#isOver()) connection = this.#connection({ last: wanted });
    if (this.#isOver()) return;
    const edges = await connection.edges();
    const lines = edges.map((edge) => this.#deliveryOf(edge.node, this.#cursors.decode(edge.cursor).position));
    // Lines that came while this was read may lie before those that were read. (With fewer than wanted, all there were.)
    const first = lines.length < wanted ? null : (lines[0]?.position ?? null);
    for (const line of lines) this.#ahead.set(line.digest, line.position.time);
    const missing = this.#windowLines().filter(
      ({ node, position, digest }) =>
        (first === null || compareMerged(position, first) > 0) && !this.#ahead.has(digest) && this.#accepts(node),
    );
    this.#goLive();
    yield* this.#batches([...lines, ...missing], false);
  }

  /** Reads on from where the subscriber stands until the feeds' windows have the rest. */
  async *#catchUp(): AsyncGenerator<LogStreamEvent, void, undefined> {
    const began = this.#history ?? FROM_THE_BEGINNING;
    this.#began = began.position;
    const skip = new Set(began.delivered);
    if (this.#needsReading()) yield this.#status('CATCHING_UP', null);
    for (let incomplete = this.#needsReading(); incomplete && !this.#isOver();) {
      const { batches, more, failed } = await this.#readPage(skip);
      for (const batch of batches) yield batch;
      // When the vendors have no more although the windows begin later, there is nothing in between.
      incomplete = failed || (more && this.#needsReading());
    }
    if (!this.#isOver()) yield* this.#attach(skip);
  }

  /** Does the windows' part of the log begin behind the place where the subscriber stands? */
  #needsReading(): boolean {
    const time = this.#history?.position.time;
    return time !== undefined && this.#lanes.some((lane) => (lane.feed.window.start ?? time) > time);
  }

  async #readPage(skip: ReadonlySet<string>): Promise<{ batches: Batch[]; more: boolean; failed: boolean }> {
    const state = this.#history ?? FROM_THE_BEGINNING;
    const { batchSize } = this.#options.tail;
    const after = this.#cursors.encode({ position: state.position, marks: this.#marks });
    const connection = this.#connection({ first: batchSize, after });
    const failed = await this.#hasFailed(connection);
    // A source alone that fails has no page at all; of several, the others' lines are there.
    if (failed && this.#lanes.length === 1) return { batches: [], more: true, failed };
    const edges = await connection.edges();
    const info = await connection.pageInfo();
    const lines = edges
      .map((edge) => this.#deliveryOf(edge.node, this.#cursors.decode(edge.cursor).position))
      .filter(({ digest }) => !skip.has(digest) && !this.#ahead.has(digest));
    for (const { digest, position } of lines) this.#ahead.set(digest, position.time);
    this.#forgetAhead();
    if (info.endCursor !== null) {
      const { position, marks } = this.#cursors.decode(info.endCursor);
      this.#marks = marks;
      this.#history = { ...state, position };
    }
    return { batches: this.#batchesAt(lines, info.hasNextPage), more: info.hasNextPage, failed };
  }

  /** A connection and a call of its own for each page: what one page remembers must not hide what the next would see. */
  #connection(args: ConnectionArguments): LogConnection {
    const { authorization } = this.#call;
    const call = createCall({ signal: this.#leave, authorization, priority: 'poll' });
    return logConnection({ ...this.#options, args: { ...args, filter: this.#options.args.filter } }, call);
  }

  /** The failure of a source that may answer later; any other error ends the stream. */
  #passing(error: unknown): SourceFailure {
    if (error instanceof TributaryError && mayRecover(error)) return sourceFailure(error.source ?? '', null, error);
    throw error;
  }

  /** Did a source fail that may answer later? Then it is given some time before this returns. */
  async #hasFailed(connection: LogConnection): Promise<boolean> {
    const failed = await connection.failures().then(
      (failures) => failures.find(({ code }) => code !== 'SOURCE_TRUNCATED'),
      (error: unknown) => this.#passing(error),
    );
    if (failed === undefined) return false;
    await this.#pauseAfter(failed);
    return true;
  }

  async #pauseAfter(failure: SourceFailure): Promise<void> {
    const seconds = failure.retryAfterSeconds ?? this.#options.tail.intervalMilliseconds / 1000;
    await pause(seconds * 1000, undefined, { signal: this.#leave }).catch(() => undefined);
  }

  /** Takes what the windows hold behind the place where catching up began, and from then on what the feeds release. */
  *#attach(skip: ReadonlySet<string>): Generator<LogStreamEvent, void, undefined> {
    const began = this.#began;
    const missing = this.#windowLines().filter(
      ({ node, position, digest }) =>
        compareMerged(position, began) > 0 && !skip.has(digest) && !this.#ahead.has(digest) && this.#accepts(node),
    );
    for (const digest of skip) if (!this.#ahead.has(digest)) this.#ahead.set(digest, began.time);
    this.#goLive();
    yield* this.#batches(missing, false);
  }

  /** From here on the feeds say where we stand. What they have not released of what we have is remembered. */
  #goLive(): void {
    for (const lane of this.#lanes) lane.takeAll();
    for (const { digest } of this.#windowLines()) this.#ahead.delete(digest);
    this.#history = null;
    this.#marks = [];
  }

  /** Lines that neither a window nor a feed can bring again need not be remembered. */
  #forgetAhead(): void {
    if (this.#ahead.size <= 4 * this.#options.tail.batchSize) return;
    // What lies before a window can't be found in it any more: windows only move on.
    const starts = this.#lanes.map(({ feed }) => feed.window.start ?? untouched('forward').time);
    const low = starts.reduce((min, start) => (start < min ? start : min));
    for (const [digest, time] of this.#ahead) if (time < low) this.#ahead.delete(digest);
  }

  /** Below this instant no feed looks for late lines any more. */
  #overlapStart(): bigint {
    const starts = this.#lanes.map(({ feed }) => feed.overlapStart() ?? untouched('forward').time);
    return starts.reduce((min, start) => (start < min ? start : min));
  }

  /** Lines that the feeds have released since we looked, in order. */
  #takeReleased(): Batch[] {
    const fresh: Delivery[] = [];
    if (this.#history !== null) return [];
    for (const lane of this.#lanes) {
      for (const line of lane.take()) {
        const digest = lane.digestOf(line);
        if (this.#ahead.delete(digest) || !this.#accepts(line.entry)) continue;
        fresh.push(lane.deliveryOf(line));
      }
    }
    fresh.sort((a, b) => compareMerged(a.position, b.position));
    return [...this.#batches(fresh, false)];
  }

  /** Batches of lines that the feeds know: the place behind them is where the feeds are. */
  *#batches(lines: readonly Delivery[], more: boolean): Generator<Batch, void, undefined> {
    const { batchSize } = this.#options.tail;
    for (let at = 0; at < lines.length; at += batchSize) {
      const part = lines.slice(at, at + batchSize);
      const rest = lines.slice(at + batchSize);
      yield this.#batch(part, more || rest.length > 0, (furthest) =>
        this.#bounded(this.#stateWithout(rest, part.at(-1)?.position), furthest),
      );
    }
  }

  /** A batch of history. */
  #batchesAt(lines: readonly Delivery[], more = false): Batch[] {
    if (lines.length === 0) return [];
    return [this.#batch(lines, more, (furthest) => this.#bounded(this.#historyState(), furthest))];
  }

  /**
   * Where a subscriber stands that is reading history. Near the present late lines may still come before
   * what was read: there the place stays behind, and what was delivered beyond it is named.
   */
  #historyState(): Where {
    const state = this.#history ?? FROM_THE_BEGINNING;
    const low = this.#overlapStart();
    if (state.position.time < low) return state;
    const bound = { ...startOfInstant(low), scope: 0, partition: '' };
    const position = compareMerged(this.#began, bound) > 0 ? this.#began : bound;
    const ahead = [...this.#ahead].filter(([, time]) => time >= position.time).map(([digest]) => digest);
    return { position, delivered: [...new Set([...state.delivered, ...ahead])] };
  }

  #batch(
    lines: readonly Delivery[],
    hasMorePastEntries: boolean,
    stateOf: (furthest: bigint | null) => CursorOf,
  ): Batch {
    const edges = lines.map((line) => {
      const late = this.#furthest !== null && compareMerged(line.position, this.#furthest) < 0;
      if (!late) this.#furthest = line.position;
      return new DeliveredEdge(line, late, this.#cursors);
    });
    const furthest = this.#furthest?.time ?? null;
    return new LazyBatch(edges, hasMorePastEntries, () => stateOf(furthest), this.#cursors);
  }

  /** Where a subscriber stands that has had everything taken so far, in order up to `last`, but for `rest`. */
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
    for (const lane of this.#lanes) {
      const mark = lane.feed.lowWatermark(lane.taken);
      if (mark === null) return { ...FROM_THE_BEGINNING, delivered: this.#digestsFrom(untouched('forward').time) };
      if (low === null || mark < low) low = mark;
    }
    const time = low ?? untouched('forward').time;
    return { position: { ...startOfInstant(time), scope: 0, partition: '' }, delivered: this.#digestsFrom(time) };
  }

  #digestsFrom(time: bigint): string[] {
    return [...this.#lanes.flatMap((lane) => lane.takenFrom(time)), ...this.#ahead.keys()];
  }

  #windowLines(): Delivery[] {
    const lines = this.#lanes.flatMap((lane) => lane.windowLines());
    return this.#lanes.length === 1 ? lines : lines.sort((a, b) => compareMerged(a.position, b.position));
  }

  /** From this instant on every window is without holes. */
  #coveredFrom(): bigint {
    return this.#lanes.reduce(
      (max, { feed }) => (feed.window.start !== null && feed.window.start > max ? feed.window.start : max),
      untouched('forward').time,
    );
  }

  #deliveryOf(node: LogNode, position: MergedPosition): Delivery {
    return { node, position, digest: lineDigest(node.source, node.jobKey, position.partition, position) };
  }

  *#sayState(): Generator<LogStreamEvent, void, undefined> {
    if (this.#history !== null) return;
    if (this.#lanes.some((lane) => lane.feed.state.kind === 'failing')) yield* this.#sayFailures();
    else if (this.#said !== 'LIVE' && this.#endReason() === null) yield this.#status('LIVE', null);
  }

  *#sayFailures(): Generator<LogStreamEvent, void, undefined> {
    for (const lane of this.#lanes) {
      const { state } = lane.feed;
      if (state.kind !== 'failing') continue;
      const says = state.error.code === 'SOURCE_RATE_LIMITED' ? 'BACKING_OFF' : 'SOURCE_ERROR';
      if (this.#said !== says) yield this.#status(says, lane.failureOf(state.error));
      return;
    }
  }

  #status(state: StreamState, failure: SourceFailure | null): LogStreamEvent {
    this.#said = state;
    return { type: 'LogStreamStatus', state, lagSeconds: this.#lagSeconds(state), cursor: this.#cursorNow(), failure };
  }

  /** How far behind the newest line that is known the subscriber is; unknown while a source does not answer. */
  #lagSeconds(state: StreamState): number | null {
    if (state === 'LIVE') return 0;
    if (state !== 'CATCHING_UP' || this.#history === null) return null;
    const newest = this.#lanes.reduce(
      (max, { feed }) => ((feed.window.newest ?? 0n) > max ? (feed.window.newest ?? 0n) : max),
      0n,
    );
    const { time } = this.#history.position;
    return time <= untouched('forward').time || time > newest ? null : Number(newest - time) / 1e9;
  }

  #cursorNow(): string {
    if (this.#isOwedOnlyWhatComes()) {
      const position = { ...startOfInstant(this.#joinedAt), scope: 0, partition: '' };
      return encodeTailState(this.#cursors, { position, delivered: [], furthest: null });
    }
    const where = this.#history === null ? this.#liveState() : this.#historyState();
    return encodeTailState(this.#cursors, this.#bounded(where, this.#furthest?.time ?? null).state);
  }

  /** Nothing of the past was asked for, and where the present is has not been seen. */
  #isOwedOnlyWhatComes(): boolean {
    const wantsPast = this.#history !== null || (this.#options.args.tail ?? 0) > 0;
    return !wantsPast && this.#lanes.some(({ feed }) => !feed.isBegun);
  }

  #endReason(): 'JOB_FINISHED' | 'SOURCE_GONE' | null {
    let reason: 'JOB_FINISHED' | 'SOURCE_GONE' = 'JOB_FINISHED';
    for (const { feed } of this.#lanes) {
      const { state } = feed;
      if (state.kind === 'broken') throw asError(state.error);
      if (state.kind !== 'ended' || feed.isHolding) return null;
      if (state.reason === 'SOURCE_GONE') reason = 'SOURCE_GONE';
    }
    return reason;
  }

  #isOver(): boolean {
    return this.#leave.aborted || this.#hasExpired;
  }

  *#finish(): Generator<LogStreamEvent, void, undefined> {
    if (this.#call.signal.aborted) return;
    yield this.#end(this.#options.stopping.aborted ? 'SERVER_SHUTDOWN' : 'MAX_DURATION');
  }

  #end(reason: Extract<LogStreamEvent, { type: 'LogStreamEnd' }>['reason']): LogStreamEvent {
    return { type: 'LogStreamEnd', reason, cursor: this.#cursorNow() };
  }

  /** Until a feed has something new, or it is time to go. */
  #sleep(): Promise<void> {
    // Something came while the last events were on their way.
    if (this.#isOver() || this.#isStale) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('Unexpected error.', { cause: error });
}
