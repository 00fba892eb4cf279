import type { Call } from '../../../domain/call.ts';
import type { TributaryError } from '../../../domain/errors.ts';
import type { LogNode, SourceFailure } from '../../api.ts';
import type { MergedPosition } from '../../cursor/codec.ts';
import { sourceFailure } from '../../failures.ts';
import type { ResolvedScope } from '../../logs/slots.ts';
import { LogEntryNode } from '../../logs/node.ts';
import { compareMerged, untouched } from '../../merge/place.ts';
import { encodeNodeId } from '../../node-id.ts';
import type { Feed, FeedListener } from '../feed/feed.ts';
import type { Feeds } from '../feed/feeds.ts';
import type { WindowLine } from '../feed/lines/line-window.ts';
import type { AcceptFilter } from './accept-filter.ts';
import type { Delivery } from './events/batch.ts';
import type { Dropped } from './events/dropped.ts';
import { isBehind, placeBefore } from './place/job-place.ts';
import type { JobPlace } from './place/job-place.ts';
import { lineDigest } from './place/line-digest.ts';

/** The subscription that a lane belongs to. */
export interface LaneOwner {
  wake(): void;
  /** A feed is evicting lines that were not taken. */
  leaveBehind(): void;
}

/** One job of a subscription: how far its feed was taken, and which lines were delivered beyond that. */
export class Lane implements FeedListener {
  /** Index of the job among the subscription's. */
  readonly index: number;
  readonly scope: ResolvedScope;
  readonly #owner: LaneOwner;
  readonly #filter: AcceptFilter;
  #feed: Feed | null = null;
  #taken = 0;
  /** Where the window began when lines were last taken. */
  #startWhenTaken: bigint | null = null;
  #gapsTaken = 0;
  /** Lines that were delivered without the feed, and that it may still bring. By digest. */
  readonly #delivered = new Map<string, MergedPosition>();

  constructor(scope: ResolvedScope, index: number, owner: LaneOwner, filter: AcceptFilter) {
    this.scope = scope;
    this.index = index;
    this.#owner = owner;
    this.#filter = filter;
  }

  get feed(): Feed {
    if (this.#feed === null) throw new Error('The lane has not joined its feed.');
    return this.#feed;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Does the feed know where the present is? */
  get isReady(): boolean {
    const { kind } = this.feed.state;
    return kind !== 'starting' && (kind !== 'failing' || this.feed.isBegun);
  }

  /** Why the source does not answer; null: it does. */
  get failing(): TributaryError | null {
    const { state } = this.feed;
    return state.kind === 'failing' ? state.error : null;
  }

  join(feeds: Feeds, call: Call): void {
    const { source, scope } = this.scope;
    const authorization = source.forwards === true ? call.authorization : null;
    this.#feed = feeds.open({ source, job: scope.job, authorization });
    this.#feed.join(this);
  }

  leave(): void {
    this.#feed?.leave(this);
  }

  wake(): void {
    this.#owner.wake();
  }

  leaveBehind(): void {
    this.#owner.leaveBehind();
  }

  /** Judges the lines that the subscription looks at next: those of the window, or for a live one those not taken. */
  judge(isLive: boolean): Promise<void> {
    return this.#filter.judge(isLive ? this.feed.releasedAfter(this.#taken) : this.feed.releasedWindow());
  }

  /** Lines that were released since the last time, but for those that were delivered before. */
  take(): Delivery[] {
    const lines = this.feed.releasedAfter(this.#taken);
    this.#takeAll();
    return lines
      .filter((line) => !this.#delivered.delete(this.#digestOf(line)) && this.#filter.accepts(line.entry))
      .map((line) => this.#deliveryOf(line));
  }

  /** From here on the feed says what is new. */
  goLive(): void {
    this.#takeAll();
    for (const line of this.feed.releasedWindow()) this.#delivered.delete(this.#digestOf(line));
    this.#forgetUnreachable(() => true);
  }

  /** Lines of the window that were released and that the subscriber wants. */
  windowLines(): Delivery[] {
    return this.feed
      .releasedWindow()
      .filter(({ entry }) => this.#filter.accepts(entry))
      .map((line) => this.#deliveryOf(line));
  }

  /** Were lines delivered that the feed may still bring? */
  get remembers(): boolean {
    return this.#delivered.size > 0;
  }

  has({ digest }: Delivery): boolean {
    return this.#delivered.has(digest);
  }

  remember({ digest, position }: Delivery): void {
    this.#delivered.set(digest, position);
  }

  /** Forgets lines that history has passed and that the feed can't bring any more. */
  forgetPassed(place: JobPlace): void {
    this.#forgetUnreachable((position) => !isBehind(place, position));
  }

  /** Lines that were delivered without the feed, behind a place. */
  namesBehind(place: JobPlace): string[] {
    return [...this.#delivered].filter(([, position]) => isBehind(place, position)).map(([digest]) => digest);
  }

  /**
   * What was delivered, for a lane that is live: all before `place`, and beyond it the lines with these names. Not `owed`:
   * lines that were taken and are still to be delivered.
   */
  liveState(owed: readonly Delivery[]): { place: JobPlace; names: string[]; mayRepeat: boolean } {
    const start = this.#settledBefore(owed);
    const place = placeBefore(start);
    const names = this.#takenLines(start, owed).map((line) => this.#digestOf(line));
    return { place, names: [...names, ...this.namesBehind(place)], mayRepeat: this.#hasLetGoFrom(start) };
  }

  /** The feed is evicting lines: from here on this lane itself remembers which lines were delivered. */
  freeze(owed: readonly Delivery[]): { place: JobPlace; mayRepeat: boolean } {
    const start = this.#settledBefore(owed);
    for (const line of this.#takenLines(start, owed)) this.remember(this.#deliveryOf(line));
    return { place: placeBefore(start), mayRepeat: this.#hasLetGoFrom(start) };
  }

  /** Gaps that were not told yet, but for those that end before a position. */
  takeGaps(from: MergedPosition | null): Dropped[] {
    const gaps = this.feed.gaps.after(this.#gapsTaken);
    this.#gapsTaken = this.feed.gaps.last;
    return gaps
      .map(({ partition, after, before, reason, lines }) => ({
        count: lines?.length ?? null,
        reason: `${this.scope.source.name}: ${reason}`,
        after: after && { ...after, scope: this.index, partition },
        before: before && { ...before, scope: this.index, partition },
      }))
      .filter(({ before }) => from === null || before === null || compareMerged(before, from) > 0);
  }

  failureOf(error: unknown): SourceFailure {
    const { source, scope } = this.scope;
    return sourceFailure(source.name, encodeNodeId('Job', source.name, scope.job), error);
  }

  #takeAll(): void {
    this.#taken = this.feed.sequence;
    this.#startWhenTaken = this.feed.window.start;
  }

  /** The instant before which nothing is owed, and nothing can come that is not late. */
  #settledBefore(owed: readonly Delivery[]): bigint {
    const low = this.feed.lowWatermark(this.#taken) ?? untouched('forward').time;
    return owed
      .filter(({ position }) => position.scope === this.index)
      .reduce((min, { position }) => (position.time < min ? position.time : min), low);
  }

  /** Lines of the window from an instant on that were taken and delivered. */
  #takenLines(start: bigint, owed: readonly Delivery[]): WindowLine[] {
    const open = new Set(owed.map(({ digest }) => digest));
    return this.feed
      .takenFrom(this.#taken, start)
      .filter((line) => this.#filter.accepts(line.entry) && (open.size === 0 || !open.has(this.#digestOf(line))));
  }

  /** Has the window evicted lines from that instant on since lines were last taken? They have no names any more. */
  #hasLetGoFrom(time: bigint): boolean {
    const { start } = this.feed.window;
    return start !== null && time < start && start !== this.#startWhenTaken;
  }

  /** Forgets lines before the window for which `isPassed`: the feed can't bring them any more. */
  #forgetUnreachable(isPassed: (position: MergedPosition) => boolean): void {
    const { start } = this.feed.window;
    if (start === null) return;
    for (const [digest, position] of this.#delivered) {
      if (position.time < start && isPassed(position)) this.#delivered.delete(digest);
    }
  }

  #deliveryOf(line: WindowLine): Delivery {
    const { time, tie } = line.entry;
    const position = { time, tie, scope: this.index, partition: line.partition };
    return { node: this.#nodeOf(line), position, digest: this.#digestOf(line) };
  }

  #nodeOf(line: WindowLine): LogNode {
    const { source, scope } = this.scope;
    line.node ??= new LogEntryNode(source.name, scope.job, line.partition, line.entry);
    return line.node;
  }

  #digestOf(line: WindowLine): string {
    const { time, tie } = line.entry;
    line.digest ??= lineDigest(this.scope.source.name, this.scope.scope.job, line.partition, time, tie);
    return line.digest;
  }
}
