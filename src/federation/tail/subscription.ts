import type { Call } from '../../domain/call.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import type { LogStreamEvent, TailArguments } from '../api.ts';
import { badInput } from '../arguments.ts';
import type { CursorCodec, MergedPosition } from '../cursor.ts';
import { logConnectionKey } from '../log-connection.ts';
import type { LogConnectionOptions } from '../log-connection.ts';
import { compareMerged, untouched } from '../merged-place.ts';
import { acceptFilter } from './accept-filter.ts';
import { Batches } from './batches.ts';
import type { Batch } from './batches.ts';
import type { Delivery } from './delivery.ts';
import type { Feeds } from './feeds.ts';
import { CatchUp } from './catch-up.ts';
import { leftOut } from './dropped.ts';
import { HistoryReader } from './history-reader.ts';
import { Lanes } from './lanes.ts';
import { isBehindPlace } from './place.ts';
import { Resolver } from './resolver.ts';
import type { TailSettings } from './settings.ts';
import { readLastOnce } from './shared-past.ts';
import { Standing } from './standing.ts';
import { Statuses } from './statuses.ts';
import { decodeTailState } from './tail-cursor.ts';
import { Waiting } from './waiting.ts';

export interface SubscriptionOptions extends Omit<LogConnectionOptions, 'args'> {
  readonly args: TailArguments;
  readonly tail: TailSettings;
  readonly feeds: Feeds;
  readonly cursors: CursorCodec;
  /** Aborted when the server shuts down. */
  readonly stopping: AbortSignal;
}

/** Behind all lines: of the gaps, only those whose end is not known go on to here. */
const FAR_AHEAD: MergedPosition = { ...untouched('backward'), scope: 0, partition: '' };

/** Why lines are left out when those around the place where somebody stood are not there any more. */
const GONE =
  'the source does not have the last lines any more that were delivered: what came after them may be gone as well';

/**
 * One subscriber: history from where it wants to begin, then what its jobs' feeds release. It holds no
 * lines of its own, only how far it has taken each feed; when a feed has let go of lines that it has not
 * taken, it reads them again as history.
 */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #call: Call;
  readonly #accepts: (entry: LogEntry) => boolean;
  /** Its jobs and its filter. */
  readonly #key: string;
  /** The subscriber has gone, or the server is going. */
  readonly #leave: AbortSignal;
  readonly #lanes: Lanes;
  readonly #waiting: Waiting;
  readonly #past: HistoryReader;
  readonly #history: CatchUp;
  readonly #standing: Standing;
  readonly #batches: Batches;
  readonly #statuses: Statuses;

  constructor(options: SubscriptionOptions, call: Call) {
    const { args, scopes, tail } = options;
    checkArguments(args, options.maxPageSize);
    this.#options = options;
    this.#call = call;
    this.#accepts = acceptFilter(args);
    this.#key = logConnectionKey(scopes, { filter: args.filter });
    const cursors = options.cursors.forConnection(this.#key);
    const resumed = typeof args.after === 'string' ? decodeTailState(cursors, args.after) : null;
    const leave = AbortSignal.any([call.signal, options.stopping]);
    this.#leave = leave;
    const lanes = new Lanes(scopes, this);
    const wantsPast = (args.tail ?? 0) > 0;
    this.#lanes = lanes;
    this.#waiting = new Waiting(leave);
    this.#past = new HistoryReader(options, cursors, call, leave);
    const accepts = this.#accepts;
    const isFiltered = Object.keys(args.filter ?? {}).length > 0;
    this.#standing = new Standing({ lanes, cursors, tail, resumed, wantsPast, accepts: isFiltered ? accepts : null });
    this.#batches = new Batches(this.#standing, cursors, tail.batchSize);
    this.#history = new CatchUp({
      lanes,
      past: this.#past,
      resolver: new Resolver({ lanes, past: this.#past, waiting: this.#waiting, tail, accepts }),
      standing: this.#standing,
      batches: this.#batches,
      waiting: this.#waiting,
    });
    this.#statuses = new Statuses(lanes, this.#standing);
  }

  async *events(): AsyncGenerator<LogStreamEvent, void, undefined> {
    this.#waiting.begin(this.#options.tail.maxDurationMilliseconds);
    try {
      this.#lanes.join(this.#options.feeds, this.#call);
      yield* this.#untilReady();
      if (this.#waiting.isOver()) return yield* this.#finish();
      yield* this.#begin();
      while (!this.#waiting.isOver()) {
        this.#waiting.look();
        if (this.#standing.history !== null) yield* this.#catchUp();
        yield* this.#sayGaps();
        const fresh = this.#takeReleased();
        yield* this.#batches.live(fresh);
        yield* this.#statuses.say();
        if (fresh.length > 0 || this.#standing.history !== null) continue;
        const reason = this.#lanes.endReason();
        if (reason !== null) return yield this.#end(reason);
        await this.#waiting.sleep();
      }
      yield* this.#finish();
    } finally {
      this.#waiting.end();
      this.#lanes.leave();
    }
  }

  wake(): void {
    this.#waiting.wake();
  }

  /** A feed lets go of lines that we have not taken. */
  leaveBehind(): void {
    this.#standing.stay();
  }

  async *#untilReady(): AsyncGenerator<LogStreamEvent, void, undefined> {
    while (!this.#waiting.isOver()) {
      this.#waiting.look();
      this.#lanes.check();
      if (this.#lanes.areReady) return;
      yield* this.#statuses.sayFailures();
      await this.#waiting.sleep();
    }
  }

  /** Brings the subscriber to the feeds' present: from its cursor, with its last lines, or with nothing. */
  async *#begin(): AsyncGenerator<LogStreamEvent, void, undefined> {
    if (this.#standing.history !== null) return;
    const wanted = this.#options.args.tail ?? 0;
    if (wanted === 0) {
      this.#lanes.takeAll();
      this.#standing.begin();
      yield* this.#sayGaps(FAR_AHEAD);
      return;
    }
    const inWindows = this.#lanes.windowLines().filter(({ node }) => this.#accepts(node));
    const first = inWindows.at(-wanted);
    // The windows answer where they hold as many lines without a hole, or all that there are.
    if (!this.#lanes.areWhole && (first === undefined || first.position.time < this.#lanes.coveredFrom())) {
      yield* this.#readLast(wanted);
      return;
    }
    this.#lanes.takeAll();
    this.#standing.begin();
    yield* this.#batches.live(inWindows.slice(-wanted));
    yield* this.#sayGaps(first?.position ?? null);
  }

  /** The last lines from the vendors themselves, where the windows do not hold as many; behind them, what has come since. */
  async *#readLast(wanted: number): AsyncGenerator<LogStreamEvent, void, undefined> {
    const { lines, dropped } = await readLastOnce(this.#lanes, `${wanted} ${this.#key}`, this.#leave, () =>
      this.#past.readLast(wanted),
    );
    if (this.#waiting.isOver()) return;
    // Lines that came while this was read may lie before those that were read. (With fewer than wanted, all there were.)
    const first = lines.length < wanted ? null : (lines[0]?.position ?? null);
    for (const line of lines) this.#standing.remember(line);
    const missing = this.#missing(({ position }) => first === null || compareMerged(position, first) > 0);
    this.#standing.goLive();
    const all = [...lines, ...missing].sort((a, b) => compareMerged(a.position, b.position));
    yield* this.#batches.live(all.slice(-wanted));
    if (dropped !== null) yield this.#batches.dropped(dropped);
    yield* this.#sayGaps(first);
  }

  /** Reads on from where the subscriber stands until the feeds' windows have the rest. */
  async *#catchUp(): AsyncGenerator<LogStreamEvent, void, undefined> {
    if (this.#history.isNeeded) yield this.#statuses.status('CATCHING_UP');
    let saidDropped = false;
    for await (const batch of this.#history.read()) {
      saidDropped ||= batch.dropped !== null;
      yield batch;
    }
    if (this.#waiting.isOver()) return;
    // What lies before the place where reading ended was said while reading.
    for (const batch of this.#sayGaps(this.#standing.history?.place.position ?? null)) {
      saidDropped = true;
      yield batch;
    }
    yield* this.#attach(saidDropped);
  }

  /** Takes what the windows hold behind the place where catching up began, and from then on what the feeds release. */
  *#attach(saidDropped: boolean): Generator<LogStreamEvent, void, undefined> {
    const { began } = this.#standing;
    const missing = this.#missing(({ position }) => isBehindPlace(began, position));
    const before = this.#standing.known.firstAfterLoss;
    this.#standing.goLive();
    this.#standing.owe(missing);
    // Where the reason is known it has been said already.
    if (before !== null && !saidDropped) yield this.#batches.dropped(leftOut(began, before, GONE));
    yield* this.#batches.live(missing);
  }

  /** Lines of the windows that the subscriber wants and does not have. */
  #missing(isOwed: (line: Delivery) => boolean): Delivery[] {
    return this.#lanes
      .windowLines()
      .filter((line) => isOwed(line) && !this.#standing.has(line) && this.#accepts(line.node));
  }

  /** Lines that the feeds have released since we looked, in order. */
  #takeReleased(): Delivery[] {
    const fresh: Delivery[] = [];
    this.#lanes.releaseDue();
    // Also what is released now may have been too much for a feed.
    if (this.#standing.history !== null) return [];
    for (const lane of this.#lanes.all) {
      for (const line of lane.take()) {
        if (this.#standing.forget(lane.digestOf(line).text) || !this.#accepts(line.entry)) continue;
        fresh.push(lane.deliveryOf(line));
      }
    }
    return fresh.sort((a, b) => compareMerged(a.position, b.position));
  }

  /** Says what is out of the sources' reach, unless all of it lies before a place. */
  *#sayGaps(from: MergedPosition | null = null): Generator<Batch, void, undefined> {
    for (const gap of this.#lanes.takeGaps(from)) yield this.#batches.dropped(gap);
  }

  *#finish(): Generator<LogStreamEvent, void, undefined> {
    if (this.#call.signal.aborted) return;
    yield this.#end(this.#options.stopping.aborted ? 'SERVER_SHUTDOWN' : 'MAX_DURATION');
  }

  #end(reason: Extract<LogStreamEvent, { type: 'LogStreamEnd' }>['reason']): LogStreamEvent {
    return { type: 'LogStreamEnd', reason, cursor: this.#standing.cursor() };
  }
}

function checkArguments({ after, tail }: TailArguments, maxPageSize: number): void {
  if (typeof after === 'string' && typeof tail === 'number') {
    throw badInput('Give after (resume from a cursor) or tail (begin with the last lines), not both.');
  }
  if (typeof tail === 'number' && (!Number.isInteger(tail) || tail < 0 || tail > maxPageSize)) {
    throw badInput(`tail: ${tail} is not allowed; it must be a whole number from 0 to ${maxPageSize}.`);
  }
}
