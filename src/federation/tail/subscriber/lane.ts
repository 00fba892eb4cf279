import type { Call } from '../../../domain/call.ts';
import type { TributaryError } from '../../../domain/errors.ts';
import { compareMerged, untouched } from '../../cursor/position.ts';
import type { MergedPosition } from '../../cursor/position.ts';
import type { ResolvedScope } from '../../logs/slots.ts';
import type { Feed, FeedListener } from '../feed/feed.ts';
import type { Feeds } from '../feed/feeds.ts';
import type { WindowLine } from '../feed/lines/line-window.ts';
import type { AcceptFilter } from './accept-filter.ts';
import { shownLine } from './events/delivery.ts';
import type { Delivery, Dropped } from './events/delivery.ts';
import { isAfter, placeBefore } from './place/job-place.ts';
import type { JobPlace } from './place/job-place.ts';

/** The subscription that a lane belongs to. */
export interface LaneOwner {
  wake(): void;
  /** A feed is about to evict lines that were not taken. */
  willEvict(): void;
}

/** One job of a subscription: how far its feed was taken, and which lines were delivered beyond that. */
export class Lane implements FeedListener {
  /** Index of the job in the subscription. */
  readonly index: number;
  readonly scope: ResolvedScope;
  readonly #owner: LaneOwner;
  readonly #filter: AcceptFilter;
  #feed: Feed | null = null;
  #taken = 0;
  /** The window's start when lines were last taken. */
  #startWhenTaken: bigint | null = null;
  #gapsTaken = 0;
  /** Lines that were delivered from history and that the feed may still bring, by digest. */
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

  /** True once the feed has read the end of the log. */
  get isReady(): boolean {
    const { kind } = this.feed.state;
    return kind !== 'starting' && (kind !== 'failing' || this.feed.isBegun);
  }

  /** The error of a source that does not answer; null if it answers. */
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

  willEvict(): void {
    this.#owner.willEvict();
  }

  /** Judges the lines that the subscription needs next: of a live lane those not taken yet, otherwise the window's. */
  judge(isLive: boolean): Promise<void> {
    return this.#filter.judge(isLive ? this.feed.releasedAfter(this.#taken) : this.feed.releasedWindow());
  }

  /** Lines released since the last call, without those that were already delivered. */
  take(): Delivery[] {
    const lines = this.feed.releasedAfter(this.#taken);
    this.#takeAll();
    return lines
      .filter((line) => !this.#delivered.delete(this.#digestOf(line)) && this.#filter.accepts(line.entry))
      .map((line) => this.#deliveryOf(line));
  }

  /** Switches to the live phase: from here on, the feed brings new lines. */
  goLive(): void {
    this.#takeAll();
    for (const line of this.feed.releasedWindow()) this.#delivered.delete(this.#digestOf(line));
    this.#forgetUnreachable(() => true);
  }

  /** The released lines of the window that pass the subscriber's filter. */
  windowLines(): Delivery[] {
    return this.feed
      .releasedWindow()
      .filter(({ entry }) => this.#filter.accepts(entry))
      .map((line) => this.#deliveryOf(line));
  }

  /** True if lines were delivered that the feed may still bring. */
  get remembers(): boolean {
    return this.#delivered.size > 0;
  }

  has({ digest }: Delivery): boolean {
    return this.#delivered.has(digest);
  }

  remember({ digest, position }: Delivery): void {
    this.#delivered.set(digest, position);
  }

  /** Forgets lines that history has passed and that the feed cannot bring any more. */
  forgetPassed(place: JobPlace): void {
    this.#forgetUnreachable((position) => !isAfter(place, position));
  }

  /** Names of lines after `place` that were delivered from history. */
  namesAfter(place: JobPlace): string[] {
    return [...this.#delivered].filter(([, position]) => isAfter(place, position)).map(([digest]) => digest);
  }

  /**
   * What a live lane has delivered: all lines before `place`, and those after it with these names. `owed`: lines that
   * were taken but not delivered yet; they are excluded.
   */
  liveState(owed: readonly Delivery[]): { place: JobPlace; names: string[]; mayRepeat: boolean } {
    const { place, lines, mayRepeat } = this.#settled(owed);
    const names = lines.map((line) => this.#digestOf(line));
    return { place, names: [...names, ...this.namesAfter(place)], mayRepeat };
  }

  /** The feed is about to evict lines: from here on, this lane itself remembers which lines were delivered. */
  freeze(owed: readonly Delivery[]): { place: JobPlace; mayRepeat: boolean } {
    const { place, lines, mayRepeat } = this.#settled(owed);
    for (const line of lines) this.remember(this.#deliveryOf(line));
    return { place, mayRepeat };
  }

  /** Gaps that were not reported yet, except those that end before `from`. */
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

  #takeAll(): void {
    this.#taken = this.feed.sequence;
    this.#startWhenTaken = this.feed.window.start;
  }

  /**
   * What the feed brought and was delivered: all lines before `place`, and these lines from there on. `mayRepeat`: other
   * lines from there on can no longer be named, because the window has evicted them since lines were last taken.
   */
  #settled(owed: readonly Delivery[]): { place: JobPlace; lines: readonly WindowLine[]; mayRepeat: boolean } {
    const from = this.#settledBefore(owed);
    const open = new Set(owed.map(({ digest }) => digest));
    const lines = this.feed
      .takenFrom(this.#taken, from)
      .filter((line) => this.#filter.accepts(line.entry) && (open.size === 0 || !open.has(this.#digestOf(line))));
    const { start } = this.feed.window;
    const mayRepeat = start !== null && from < start && start !== this.#startWhenTaken;
    return { place: placeBefore(from), lines, mayRepeat };
  }

  /** The instant before which everything is settled: no earlier line is owed, and one that still comes counts as late. */
  #settledBefore(owed: readonly Delivery[]): bigint {
    const low = this.feed.lowWatermark(this.#taken) ?? untouched('forward').time;
    return owed
      .filter(({ position }) => position.scope === this.index)
      .reduce((min, { position }) => (position.time < min ? position.time : min), low);
  }

  /** Forgets lines before the window for which `isPassed` is true: the feed cannot bring them any more. */
  #forgetUnreachable(isPassed: (position: MergedPosition) => boolean): void {
    const { start } = this.feed.window;
    if (start === null) return;
    for (const [digest, position] of this.#delivered) {
      if (position.time < start && isPassed(position)) this.#delivered.delete(digest);
    }
  }

  #deliveryOf(line: WindowLine): Delivery {
    const { time, tie } = line.entry;
    return { ...this.#shown(line), position: { time, tie, scope: this.index, partition: line.partition } };
  }

  #digestOf(line: WindowLine): string {
    return this.#shown(line).digest;
  }

  #shown(line: WindowLine): ReturnType<typeof shownLine> {
    line.shown ??= shownLine(this.scope, line.partition, line.entry);
    return line.shown;
  }
}
