import type { Call } from '../../../domain/call.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { LogStreamEvent, TailArguments } from '../../api.ts';
import { badInput, checkTimeBounds } from '../../arguments.ts';
import type { ConnectionCursors, CursorCodec, MergedPosition } from '../../cursor.ts';
import { logConnectionKey } from '../../log-connection.ts';
import type { ResolvedScope } from '../../log-slots.ts';
import { compareMerged, untouched } from '../../merged-place.ts';
import type { Feeds } from '../feeds.ts';
import type { TailSettings } from '../settings.ts';
import { acceptFilter } from './accept-filter.ts';
import { DeliveredEdge, LazyBatch } from './batch.ts';
import type { Delivery } from './batch.ts';
import type { Dropped } from './dropped.ts';
import { History } from './history.ts';
import { readHistoryPage, REFUSED } from './history-page.ts';
import type { HistoryPage, HistoryQuery } from './history-page.ts';
import {
  FROM_THE_BEGINNING,
  isBehind,
  joinPlaces,
  placeBefore,
  placeOfJob,
  positionBefore,
  startOf,
} from './job-place.ts';
import type { JobPlace } from './job-place.ts';
import { Lane } from './lane.ts';
import type { LastLines, SharedLastLines } from './last-lines.ts';
import { Resumed } from './resumed.ts';
import { Statuses } from './statuses.ts';
import type { StatusChange, StreamState } from './statuses.ts';
import { decodeTailState, encodeTailState } from './tail-state.ts';
import type { TailState } from './tail-state.ts';
import { Waiting } from './waiting.ts';

export interface SubscriptionOptions {
  /** Sorted and without repeats. */
  readonly scopes: readonly ResolvedScope[];
  readonly args: TailArguments;
  readonly tail: TailSettings;
  readonly feeds: Feeds;
  readonly lastLines: SharedLastLines;
  readonly cursors: CursorCodec;
  readonly maxPageSize: number;
  readonly maxScanPages: number;
  /** Aborted when the server shuts down. */
  readonly stopping: AbortSignal;
}

type Batch = Extract<LogStreamEvent, { type: 'LogBatch' }>;
type EndReason = Extract<LogStreamEvent, { type: 'LogStreamEnd' }>['reason'];

/** What a job is owed that has not begun: the lines behind a place, or so many of the last ones. */
type Owed = { readonly kind: 'behind'; readonly place: JobPlace } | { readonly kind: 'last'; readonly count: number };

/** Where one job of the subscription is. */
type Phase =
  | { readonly kind: 'starting'; readonly owed: Owed }
  | { readonly kind: 'history'; readonly history: History }
  | { readonly kind: 'live' };

const LIVE: Phase = { kind: 'live' };

/** Behind all lines: of the gaps, only those whose end is not known reach beyond it. */
const FAR_AHEAD: MergedPosition = { ...untouched('backward'), scope: 0, partition: '' };

/** How long the jobs whose sources have answered wait for the others before they begin without them. */
const PATIENCE_MILLISECONDS = 3_000;

/** Why lines are left out when those around the resumed place are not there any more. */
const GONE = 'the source no longer has the last lines that were delivered: the lines after them may be gone as well';

/**
 * One subscriber. Each of its jobs is in one phase: starting (its feed has not seen the present), history (its past is being
 * read, together with that of other jobs), or live (it takes what its feed releases). A subscriber holds no lines: when a
 * feed evicts lines that were not taken, its jobs go back to history.
 */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #call: Call;
  readonly #accepts: (entry: LogEntry) => boolean;
  /** Names the jobs and the filter. */
  readonly #key: string;
  readonly #cursors: ConnectionCursors;
  readonly #query: HistoryQuery;
  /** The subscriber has gone, or the server is going. */
  readonly #leave: AbortSignal;
  readonly #over = new AbortController();
  readonly #lanes: readonly Lane[];
  readonly #phases = new Map<Lane, Phase>();
  readonly #waiting: Waiting;
  readonly #statuses = new Statuses();
  readonly #joinedAt = BigInt(Date.now()) * 1_000_000n;
  readonly #resume: TailState | null;
  readonly #resumed: Resumed;
  /** The furthest line that was delivered. */
  #furthest: MergedPosition | null;
  /** Lines that were taken and are still to be delivered. */
  #owed: readonly Delivery[] = [];
  /** Counts how often a feed has evicted lines that were not taken. */
  #evictions = 0;

  constructor(options: SubscriptionOptions, call: Call) {
    const { args, scopes } = options;
    checkArguments(args, options.maxPageSize);
    this.#options = options;
    this.#call = call;
    this.#accepts = acceptFilter(args);
    this.#key = logConnectionKey(scopes, { filter: args.filter });
    this.#cursors = options.cursors.forConnection(this.#key);
    this.#resume = typeof args.after === 'string' ? decodeTailState(this.#cursors, args.after) : null;
    this.#resumed = new Resumed(this.#resume ?? { names: [], furthest: null, mayRepeat: false });
    const { furthest } = this.#resumed;
    this.#furthest = furthest === null ? null : positionBefore(furthest);
    this.#leave = AbortSignal.any([call.signal, options.stopping, this.#over.signal]);
    const { since, until, ...filter } = args.filter ?? {};
    this.#query = {
      filter,
      ...checkTimeBounds({ since, until }),
      maxScanPages: options.maxScanPages,
      authorization: call.authorization,
      signal: this.#leave,
    };
    this.#waiting = new Waiting(this.#leave);
    this.#lanes = scopes.map((scope, index) => new Lane(scope, index, this, this.#accepts));
    for (const lane of this.#lanes) this.#phases.set(lane, { kind: 'starting', owed: this.#owedAtFirst(lane) });
  }

  async *events(): AsyncGenerator<LogStreamEvent, void, undefined> {
    this.#waiting.begin(this.#options.tail.maxDurationMilliseconds);
    try {
      for (const lane of this.#lanes) lane.join(this.#options.feeds, this.#call);
      yield* this.#start();
      while (!this.#waiting.isOver()) {
        this.#waiting.look();
        yield* this.#admit();
        for (const history of this.#histories()) yield* this.#readOn(history);
        yield* this.#tellGaps();
        const fresh = this.#takeReleased();
        yield* this.#deliver(fresh);
        yield* this.#tellStatuses();
        const dueAt = Math.min(Infinity, ...this.#histories().map((history) => history.dueAt));
        if (fresh.length > 0 || dueAt <= performance.now()) continue;
        const reason = this.#endReason();
        if (reason !== null) return yield this.#end(reason);
        await this.#waiting.sleep(dueAt);
      }
      if (!this.#call.signal.aborted) {
        yield this.#end(this.#options.stopping.aborted ? 'SERVER_SHUTDOWN' : 'MAX_DURATION');
      }
    } finally {
      this.#over.abort();
      this.#waiting.end();
      for (const lane of this.#lanes) lane.leave();
    }
  }

  wake(): void {
    this.#waiting.wake();
  }

  /** A feed is evicting unread lines: freeze the position of all live jobs, and read on from there as history. */
  leaveBehind(): void {
    const live = this.#lanesIn('live');
    if (live.length === 0) return;
    this.#evictions += 1;
    const places = new Map<number, JobPlace>();
    for (const lane of live) {
      const { place, mayRepeat } = lane.freeze(this.#owed);
      places.set(lane.index, place);
      if (mayRepeat && this.#furthest !== null) this.#resumed.repeatUpTo(this.#furthest.time);
    }
    this.#owed = [];
    this.#beginHistory(
      live,
      joinPlaces(places),
      live.some((lane) => lane.remembers),
    );
  }

  /** Waits for the sources, and begins with those that have answered. */
  async *#start(): AsyncGenerator<LogStreamEvent, void, undefined> {
    const patience = performance.now() + PATIENCE_MILLISECONDS;
    while (!this.#waiting.isOver()) {
      this.#waiting.look();
      this.#check();
      const ready = this.#lanes.filter(({ isReady }) => isReady);
      const isWorthWaiting = this.#lanes.some((lane) => !lane.isReady && lane.failing === null);
      const now = performance.now();
      if (ready.length > 0 && (!isWorthWaiting || now >= patience)) return yield* this.#begin(ready);
      for (const change of this.#statuses.failures(this.#lanes)) yield this.#status(change);
      await this.#waiting.sleep(ready.length > 0 ? patience : Infinity);
    }
  }

  /** Begins from the cursor, with the last lines, or with what comes from now on. */
  async *#begin(ready: readonly Lane[]): AsyncGenerator<LogStreamEvent, void, undefined> {
    const wanted = this.#options.args.tail ?? 0;
    if (this.#resume !== null) {
      this.#beginHistory(ready, this.#resume.place, this.#resume.names.length > 0);
      return;
    }
    if (wanted === 0) {
      for (const lane of ready) this.#goLive(lane);
      return yield* this.#tellGaps(FAR_AHEAD);
    }
    const inWindows = ready.flatMap((lane) => lane.windowLines()).sort(inOrder);
    const first = inWindows.at(-wanted);
    const starts = ready.map(({ feed }) => feed.window.start);
    // The windows answer where they hold as many lines without a hole, or all that there are.
    const isCovered = starts.every((start) => start === null || (first !== undefined && start <= first.position.time));
    if (!isCovered) return yield* this.#beginWithLast(ready, wanted);
    for (const lane of ready) this.#goLive(lane);
    this.#oweOthers(first?.position ?? null, wanted - inWindows.length);
    yield* this.#deliver(inWindows.slice(-wanted));
    yield* this.#tellGaps(first?.position ?? null);
  }

  /** The last lines from the vendors themselves, and what has come since. */
  async *#beginWithLast(ready: readonly Lane[], wanted: number): AsyncGenerator<LogStreamEvent, void, undefined> {
    const { lastLines } = this.#options;
    const feeds = ready.map(({ feed }) => feed);
    const question = `${wanted} ${ready.map(({ index }) => index).join()} ${this.#key}`;
    const { lines, dropped, failed } = await lastLines.read(question, feeds, this.#leave, () =>
      this.#readLast(ready, wanted),
    );
    if (this.#waiting.isOver()) return;
    const answered = ready.filter(({ index }) => !failed.has(index));
    // Lines that came meanwhile may lie before those that were read. (With fewer than wanted, all lines were read.)
    const first = lines.length < wanted ? null : (lines[0]?.position ?? null);
    for (const line of lines) this.#laneOf(line).remember(line);
    const missing = answered
      .flatMap((lane) => lane.windowLines())
      .filter((line) => (first === null || compareMerged(line.position, first) > 0) && !this.#laneOf(line).has(line));
    for (const lane of answered) this.#goLive(lane);
    const all = [...lines, ...missing].sort(inOrder).slice(-wanted);
    this.#oweOthers(all.length < wanted ? null : (all[0]?.position ?? null), wanted - all.length);
    yield* this.#deliver(all);
    if (dropped !== null) yield this.#batch([], false, dropped);
    yield* this.#tellGaps(first);
  }

  async #readLast(ready: readonly Lane[], wanted: number): Promise<LastLines> {
    const scopes = new Map(ready.map((lane) => [lane.index, lane.scope]));
    while (!this.#leave.aborted) {
      const page = await readHistoryPage(scopes, null, wanted, this.#query);
      if (page.isRefused) {
        return { lines: [], dropped: { count: null, reason: REFUSED, after: null, before: null }, failed: page.failed };
      }
      if (page.failed.size < ready.length) return page;
      const seconds = page.retryAfterSeconds ?? this.#options.tail.intervalMilliseconds / 1000;
      const until = performance.now() + seconds * 1000;
      while (performance.now() < until && !this.#waiting.isOver()) {
        this.#waiting.look();
        await this.#waiting.sleep(until);
      }
    }
    return { lines: [], dropped: null, failed: new Set() };
  }

  /** Jobs whose source has answered late begin now. */
  *#admit(): Generator<LogStreamEvent, void, undefined> {
    for (const [lane, phase] of this.#phases) {
      if (phase.kind !== 'starting' || !lane.isReady) continue;
      const { owed } = phase;
      if (owed.kind === 'behind') {
        this.#beginHistory([lane], owed.place, false);
        continue;
      }
      const lines = lane.windowLines();
      this.#goLive(lane);
      yield* this.#deliver(owed.count === 0 ? [] : lines.slice(-owed.count));
    }
  }

  /** Delivers a page of history, or has the next one read; jobs whose windows have the rest go live. */
  *#readOn(history: History): Generator<LogStreamEvent, void, undefined> {
    const from = history.position;
    const page = history.takePage();
    if (page !== null) {
      const lines = page.lines.filter((line) => this.#isNew(line, history));
      for (const line of lines) this.#laneOf(line).remember(line);
      history.pass(page);
      const dropped = page.isRefused ? this.#refusal(history, from) : page.dropped;
      if (dropped !== null) history.explainLoss();
      if (lines.length > 0 || dropped !== null) yield this.#batch(lines, page.more, dropped);
    }
    const { ready, open } = history;
    if (ready.length > 0) yield* this.#attach(history, ready);
    if (open.length === 0) return;
    if (page === null && history.dueAt === 0) yield this.#status(this.#statuses.catchingUp());
    history.readOn();
  }

  /** Delivers what the windows hold behind the place where history began; from then on the feeds say what is new. */
  *#attach(history: History, lanes: readonly Lane[]): Generator<LogStreamEvent, void, undefined> {
    // What lies before the place where reading ended was told while reading.
    for (const dropped of lanes.flatMap((lane) => lane.takeGaps(history.position))) {
      history.explainLoss();
      yield this.#batch([], true, dropped);
    }
    const missing = lanes
      .flatMap((lane) =>
        lane
          .windowLines()
          .filter((line) => isBehind(history.beganAt(lane), line.position) && this.#isNew(line, history)),
      )
      .sort(inOrder);
    history.release(lanes);
    for (const lane of lanes) this.#goLive(lane);
    this.#owed = missing;
    const before = history.lanes.length === 0 ? history.firstAfterLoss : null;
    if (before !== null) {
      const after = startOf(history.beganAt(lanes[0] ?? this.#laneAt(0)));
      yield this.#batch([], false, { count: null, reason: GONE, after, before });
    }
    yield* this.#deliver(missing);
  }

  /** Batches of lines that were taken. Ends early when a feed evicts lines meanwhile: the rest is read again as history. */
  *#deliver(lines: readonly Delivery[]): Generator<LogStreamEvent, void, undefined> {
    const evictions = this.#evictions;
    const { batchSize } = this.#options.tail;
    for (let at = 0; at < lines.length && this.#evictions === evictions; at += batchSize) {
      this.#owed = lines.slice(at + batchSize);
      yield this.#batch(lines.slice(at, at + batchSize), this.#owed.length > 0, null);
    }
    this.#owed = [];
  }

  /** Lines that the feeds of live jobs have released, in order. */
  #takeReleased(): Delivery[] {
    const live = this.#lanesIn('live');
    // All jobs let go of their lines as of one moment: then lines come in order also from job to job.
    const now = Date.now();
    if (live.length > 1) for (const { feed } of live) feed.releaseDue(now);
    // That may have been too much for a feed.
    return this.#lanesIn('live')
      .flatMap((lane) => lane.take())
      .filter((line) => !this.#resumed.recognises(line))
      .sort(inOrder);
  }

  /** Tells what is out of the sources' reach, unless all of it lies before a position. */
  *#tellGaps(from: MergedPosition | null = null): Generator<LogStreamEvent, void, undefined> {
    for (const lane of this.#lanesIn('live')) {
      for (const gap of lane.takeGaps(from)) yield this.#batch([], this.#histories().length > 0, gap);
    }
  }

  *#tellStatuses(): Generator<LogStreamEvent, void, undefined> {
    const isLive = this.#histories().length === 0 && this.#endReason() === null;
    const changes = isLive ? this.#statuses.live(this.#lanes) : this.#statuses.failures(this.#lanes);
    for (const change of changes) yield this.#status(change);
  }

  #status({ state, lane }: StatusChange): LogStreamEvent {
    const error = lane?.failing ?? null;
    return {
      type: 'LogStreamStatus',
      state,
      lagSeconds: this.#lagSeconds(state),
      cursor: encodeTailState(this.#cursors, this.#state()),
      failure: lane === null || error === null ? null : lane.failureOf(error),
    };
  }

  /** How far behind the newest known line the subscriber is; null where that is not known. */
  #lagSeconds(state: StreamState): number | null {
    if (state === 'LIVE') return 0;
    const times = this.#histories().map(({ position }) => position.time);
    if (state !== 'CATCHING_UP' || times.length === 0) return null;
    const newest = this.#lanes.reduce(
      (max, { feed }) => ((feed.window.newest ?? 0n) > max ? (feed.window.newest ?? 0n) : max),
      0n,
    );
    const time = times.reduce((min, each) => (each < min ? each : min));
    return time <= untouched('forward').time || time > newest ? null : Number(newest - time) / 1e9;
  }

  #batch(lines: readonly Delivery[], more: boolean, dropped: Dropped | null): Batch {
    const mayRepeat = lines.some((line) => this.#resumed.mayRepeat(line));
    const edges = lines.map((line) => new DeliveredEdge(line, this.#isLate(line), this.#cursors));
    return new LazyBatch({ edges, more, mayRepeat, dropped }, () => this.#state(), this.#cursors);
  }

  /** Was a later line delivered before? */
  #isLate({ position }: Delivery): boolean {
    if (this.#furthest !== null && compareMerged(position, this.#furthest) < 0) return true;
    this.#furthest = position;
    return false;
  }

  #end(reason: EndReason): LogStreamEvent {
    return { type: 'LogStreamEnd', reason, cursor: encodeTailState(this.#cursors, this.#state()) };
  }

  /** What the subscriber has. */
  #state(): TailState {
    const places = new Map<number, JobPlace>();
    const names: string[] = [];
    let mayRepeat = false;
    for (const [lane, phase] of this.#phases) {
      const state = this.#stateOf(lane, phase);
      places.set(lane.index, state.place);
      for (const name of state.names) names.push(name);
      mayRepeat ||= state.mayRepeat;
    }
    const starts = [...places.values()].map((place) => startOf(place).time);
    names.push(...this.#resumed.names(starts));
    const { cursorLines } = this.#options.tail;
    return {
      place: joinPlaces(places),
      names: names.length > cursorLines ? names.slice(-cursorLines) : names,
      furthest: this.#furthest?.time ?? null,
      mayRepeat: mayRepeat || names.length > cursorLines || this.#resumed.repeatsFrom(starts),
    };
  }

  #stateOf(lane: Lane, phase: Phase): { place: JobPlace; names: readonly string[]; mayRepeat: boolean } {
    switch (phase.kind) {
      case 'starting':
        return {
          place: phase.owed.kind === 'behind' ? phase.owed.place : FROM_THE_BEGINNING,
          names: [],
          mayRepeat: false,
        };
      case 'history':
        return { ...phase.history.stateOf(lane), mayRepeat: false };
      case 'live':
        return lane.liveState(this.#owed);
    }
  }

  /** `expects`: were lines delivered that are behind the place? */
  #beginHistory(lanes: readonly Lane[], place: TailState['place'], expects: boolean): void {
    const { batchSize, intervalMilliseconds } = this.#options.tail;
    const history = new History(lanes, place, {
      read: (scopes, from): Promise<HistoryPage> => readHistoryPage(scopes, from, batchSize, this.#query),
      wake: () => {
        this.wake();
      },
      retryMilliseconds: intervalMilliseconds,
      expects,
      furthest: this.#furthest?.time ?? null,
    });
    for (const lane of lanes) this.#phases.set(lane, { kind: 'history', history });
  }

  #goLive(lane: Lane): void {
    lane.goLive();
    this.#phases.set(lane, LIVE);
  }

  /** Jobs that have not begun are owed the lines behind the first one that was delivered, or so many of their last ones. */
  #oweOthers(first: MergedPosition | null, missing: number): void {
    const owed: Owed =
      missing > 0 || first === null
        ? { kind: 'last', count: Math.max(0, missing) }
        : { kind: 'behind', place: { position: first, marks: [] } };
    for (const lane of this.#lanesIn('starting')) this.#phases.set(lane, { kind: 'starting', owed });
  }

  #owedAtFirst({ index }: Lane): Owed {
    const wanted = this.#options.args.tail ?? 0;
    if (this.#resume !== null) return { kind: 'behind', place: placeOfJob(this.#resume.place, index) };
    return wanted > 0 ? { kind: 'last', count: wanted } : { kind: 'behind', place: placeBefore(this.#joinedAt) };
  }

  /** A line of the past was read: is it one that was not delivered before? */
  #isNew(line: Delivery, history: History): boolean {
    const lane = this.#laneOf(line);
    const wasDelivered = lane.has(line) || this.#resumed.recognises(line);
    if (wasDelivered) lane.remember(line);
    // The windows also have lines that were delivered as part of this history.
    if (isBehind(history.placeOf(lane), line.position)) history.see(line, wasDelivered);
    return !wasDelivered;
  }

  #refusal(history: History, after: MergedPosition): Dropped {
    const starts = history.lanes.map(({ feed }) => feed.window.start ?? untouched('forward').time);
    const before = positionBefore(starts.reduce((max, start) => (start > max ? start : max)));
    return { count: null, reason: REFUSED, after, before };
  }

  #lanesIn(kind: Phase['kind']): Lane[] {
    return this.#lanes.filter((lane) => this.#phases.get(lane)?.kind === kind);
  }

  #histories(): History[] {
    const phases = [...this.#phases.values()];
    return [...new Set(phases.flatMap((phase) => (phase.kind === 'history' ? [phase.history] : [])))];
  }

  #laneOf({ position }: Delivery): Lane {
    return this.#laneAt(position.scope);
  }

  #laneAt(index: number): Lane {
    const lane = this.#lanes[index];
    if (lane === undefined) throw new RangeError(`There is no job ${index}.`);
    return lane;
  }

  /** Throws what has broken a feed. */
  #check(): void {
    for (const { feed } of this.#lanes) if (feed.state.kind === 'broken') throw asError(feed.state.error);
  }

  /** Why nothing more will come; null while something may. Throws what has broken a feed. */
  #endReason(): 'JOB_FINISHED' | 'SOURCE_GONE' | null {
    this.#check();
    let reason: 'JOB_FINISHED' | 'SOURCE_GONE' = 'JOB_FINISHED';
    for (const [{ feed }, { kind }] of this.#phases) {
      const { state } = feed;
      if (kind !== 'live' || state.kind !== 'ended' || feed.isHolding) return null;
      if (state.reason === 'SOURCE_GONE') reason = 'SOURCE_GONE';
    }
    return reason;
  }
}

function inOrder(a: Delivery, b: Delivery): number {
  return compareMerged(a.position, b.position);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('Unexpected error.', { cause: error });
}

function checkArguments({ after, tail }: TailArguments, maxPageSize: number): void {
  if (typeof after === 'string' && typeof tail === 'number') {
    throw badInput('Give after (resume from a cursor) or tail (begin with the last lines), not both.');
  }
  if (typeof tail === 'number' && (!Number.isInteger(tail) || tail < 0 || tail > maxPageSize)) {
    throw badInput(`tail: ${tail} is not allowed; it must be a whole number from 0 to ${maxPageSize}.`);
  }
}
