import type { Call } from '../../../domain/call.ts';
import type { LogStreamEvent, TailArguments } from '../../api.ts';
import { checkTailArguments, checkTimeBounds } from '../../arguments.ts';
import type { CursorCodec } from '../../cursor/codec.ts';
import type { CursorState } from '../../cursor/position.ts';
import { logConnectionKey } from '../../logs/connection.ts';
import { checkLogFilter } from '../../log-filter/filter.ts';
import { filtersOfScopes } from '../../logs/part-choice.ts';
import type { ResolvedScope } from '../../logs/slots.ts';
import type { Feeds } from '../feed/feeds.ts';
import type { TailSettings } from '../settings.ts';
import { AcceptFilter } from './accept-filter.ts';
import { inOrder } from './events/delivery.ts';
import type { Delivery } from './events/delivery.ts';
import { beginAfresh, owedAfresh } from './beginning.ts';
import { History } from './history/history.ts';
import type { HistoryOptions } from './history/history.ts';
import { joinPlaces, placeOfJob } from './place/job-place.ts';
import type { JobPlace } from './place/job-place.ts';
import { Lane } from './lane.ts';
import type { SharedLastLines } from './history/last-lines.ts';
import { Outgoing } from './events/outgoing.ts';
import { Phases } from './phases.ts';
import { decodeTailState, Resumed } from './place/tail-state.ts';
import { checkFeeds, endReason, Statuses } from './events/statuses.ts';
import { WakeableSleep } from './wakeable-sleep.ts';

/** How long to wait for sources that have not answered before the others begin without them. */
const PATIENCE_MILLISECONDS = 3_000;

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
  /** Aborted when one of the sources is removed or reconfigured. */
  readonly changed: AbortSignal;
}

/**
 * One subscriber. Each of its jobs is in one phase: starting (its feed has not read the end of the log yet), history
 * (its past is being read, together with that of other jobs), or live (it takes what its feed releases). A subscriber
 * holds no lines: when a feed evicts lines that were not taken, its jobs go back to history.
 */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #call: Call;
  /** Identifies the jobs and the filter. */
  readonly #key: string;
  readonly #over = new AbortController();
  readonly #phases: Phases;
  readonly #sleep: WakeableSleep;
  readonly #statuses = new Statuses();
  readonly #resumed: Resumed;
  readonly #outgoing: Outgoing;
  readonly #historyOptions: HistoryOptions;

  constructor(options: SubscriptionOptions, call: Call) {
    const { args, scopes, maxScanPages } = options;
    const { asker, authorization, span } = call;
    checkTailArguments(args, options.maxPageSize);
    this.#options = options;
    this.#call = call;
    this.#key = logConnectionKey(scopes, { filter: args.filter });
    const cursors = options.cursors.forConnection(this.#key);
    this.#resumed = new Resumed(typeof args.after === 'string' ? decodeTailState(cursors, args.after) : null);
    const leave = AbortSignal.any([call.signal, options.stopping, options.changed, this.#over.signal]);
    this.#sleep = new WakeableSleep(leave);
    const { since, until, ...filter } = args.filter ?? {};
    checkLogFilter(filter);
    const filterOf = filtersOfScopes(filter);
    const bounds = checkTimeBounds({ since, until });
    const lanes = scopes.map((resolved, index) => {
      const filter = filterOf({ source: resolved.source.name, scope: resolved.scope });
      return new Lane(resolved, index, this, new AcceptFilter(filter, bounds));
    });
    const { place } = this.#resumed;
    const afresh = owedAfresh(args.tail ?? 0, BigInt(Date.now()) * 1_000_000n);
    this.#phases = new Phases(lanes, ({ index }) =>
      place === null ? afresh : { kind: 'after', place: placeOfJob(place, index) },
    );
    this.#outgoing = new Outgoing(this.#phases, this.#resumed, cursors, options.tail, (lines) => {
      options.feeds.noteDropped(lines);
    });
    this.#historyOptions = {
      phases: this.#phases,
      outgoing: this.#outgoing,
      resumed: this.#resumed,
      statuses: this.#statuses,
      sleep: this.#sleep,
      query: { filterOf, ...bounds, maxScanPages, asker, authorization, span, signal: leave },
      tail: options.tail,
    };
  }

  async *events(): AsyncGenerator<LogStreamEvent, void, undefined> {
    this.#sleep.begin(this.#options.tail.maxDurationMilliseconds);
    try {
      for (const lane of this.#phases.lanes) lane.join(this.#options.feeds, this.#call);
      yield* this.#start();
      while (!this.#sleep.isOver()) {
        this.#sleep.look();
        for (const [lane, { kind }] of this.#phases.all()) await lane.judge(kind === 'live');
        yield* this.#admit();
        for (const history of this.#phases.histories()) yield* history.goOn();
        yield* this.#outgoing.gaps();
        const fresh = this.#takeReleased();
        this.#outgoing.owe(fresh);
        yield* this.#outgoing.deliver();
        yield* this.#tellStatuses();
        const dueAt = Math.min(Infinity, ...this.#phases.histories().map((history) => history.dueAt));
        if (fresh.length > 0 || dueAt <= performance.now()) continue;
        const reason = endReason(this.#phases);
        if (reason !== null) return yield this.#outgoing.end(reason);
        await this.#sleep.until(dueAt);
      }
      if (!this.#call.signal.aborted) yield this.#outgoing.end(this.#overReason());
    } finally {
      this.#over.abort();
      this.#sleep.end();
      for (const lane of this.#phases.lanes) lane.leave();
    }
  }

  wake(): void {
    this.#sleep.wake();
  }

  /** A feed is about to evict unread lines: save the position of all live jobs, and read on from there as history. */
  willEvict(): void {
    const live = this.#phases.in('live');
    if (live.length === 0) return;
    const places = new Map<number, JobPlace>();
    for (const lane of live) {
      const { place, mayRepeat } = lane.freeze(this.#outgoing.owed);
      places.set(lane.index, place);
      const { furthest } = this.#outgoing;
      if (mayRepeat && furthest !== null) this.#resumed.repeatUpTo(furthest);
    }
    this.#outgoing.owe([]);
    const expects = live.some((lane) => lane.remembers);
    this.#readPast(live, joinPlaces(places), expects);
  }

  /** Begins to read the past of jobs after `place`. `expects`: true if lines after it were delivered. */
  #readPast(lanes: readonly Lane[], place: CursorState, expects: boolean): void {
    this.#phases.beginHistory(lanes, new History(lanes, place, expects, this.#historyOptions));
  }

  /** Waits for the sources, and begins with those that have answered. */
  async *#start(): AsyncGenerator<LogStreamEvent, void, undefined> {
    const patience = performance.now() + PATIENCE_MILLISECONDS;
    while (!this.#sleep.isOver()) {
      this.#sleep.look();
      checkFeeds(this.#phases.lanes);
      const ready = this.#phases.lanes.filter(({ isReady }) => isReady);
      const isWorthWaiting = this.#phases.lanes.some((lane) => !lane.isReady && lane.failing === null);
      const now = performance.now();
      if (ready.length > 0 && (!isWorthWaiting || now >= patience)) return yield* this.#begin(ready);
      for (const change of this.#statuses.failures(this.#phases.lanes)) yield this.#outgoing.status(change);
      await this.#sleep.until(ready.length > 0 ? patience : Infinity);
    }
  }

  /** Begins from the cursor, with the last lines, or with new lines only. */
  async *#begin(ready: readonly Lane[]): AsyncGenerator<LogStreamEvent, void, undefined> {
    const { place, hasNames } = this.#resumed;
    if (place !== null) {
      this.#readPast(ready, place, hasNames);
      return;
    }
    const { args, lastLines } = this.#options;
    yield* beginAfresh(ready, { ...this.#historyOptions, lastLines, key: this.#key, wanted: args.tail ?? 0 });
  }

  /** Jobs whose source has answered late begin now. */
  *#admit(): Generator<LogStreamEvent, void, undefined> {
    for (const [lane, phase] of this.#phases.all()) {
      if (phase.kind !== 'starting' || !lane.isReady) continue;
      const { owed } = phase;
      if (owed.kind === 'after') {
        this.#readPast([lane], owed.place, false);
        continue;
      }
      const lines = lane.windowLines();
      this.#phases.goLive([lane]);
      this.#outgoing.owe(owed.count === 0 ? [] : lines.slice(-owed.count));
      yield* this.#outgoing.deliver();
    }
  }

  /** Lines that the feeds of live jobs have released, in order. */
  #takeReleased(): Delivery[] {
    const live = this.#phases.in('live');
    // All feeds release their lines as of the same moment, so that lines are in order across jobs, too.
    const now = Date.now();
    if (live.length > 1) for (const { feed } of live) feed.releaseDue(now);
    // Releasing may have evicted lines, which puts live jobs back to history: list the live jobs again.
    return this.#phases
      .in('live')
      .flatMap((lane) => lane.take())
      .filter((line) => !this.#resumed.recognises(line))
      .sort(inOrder);
  }

  *#tellStatuses(): Generator<LogStreamEvent, void, undefined> {
    const isLive = this.#phases.histories().length === 0 && endReason(this.#phases) === null;
    const changes = isLive ? this.#statuses.live(this.#phases.lanes) : this.#statuses.failures(this.#phases.lanes);
    for (const change of changes) yield this.#outgoing.status(change);
  }

  #overReason(): 'SERVER_SHUTDOWN' | 'SOURCE_CHANGED' | 'MAX_DURATION' {
    if (this.#options.stopping.aborted) return 'SERVER_SHUTDOWN';
    return this.#options.changed.aborted ? 'SOURCE_CHANGED' : 'MAX_DURATION';
  }
}
