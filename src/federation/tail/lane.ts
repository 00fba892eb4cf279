import type { Call } from '../../domain/call.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import type { SourceFailure } from '../api.ts';
import type { MergedPosition } from '../cursor.ts';
import { sourceFailure } from '../failures.ts';
import type { ResolvedScope } from '../log-connection.ts';
import { LogEntryNode } from '../log-node.ts';
import { compareMerged } from '../merged-place.ts';
import { encodeNodeId } from '../node-id.ts';
import type { Delivery, PlacedLine } from './delivery.ts';
import type { Dropped } from './dropped.ts';
import type { Feed, FeedListener } from './feed.ts';
import type { Feeds } from './feeds.ts';
import { sumUp } from './line-sums.ts';
import type { LineSums } from './line-sums.ts';
import { lineDigest } from './line-digest.ts';
import type { LineDigest } from './line-digest.ts';
import type { WindowLine } from './line-window.ts';

/** Who follows several lanes. */
export interface LaneOwner {
  wake(): void;
  leaveBehind(): void;
}

/**
 * The latest answers about a feed. Subscribers of one job ask the same at the same moment: what a release
 * costs must not grow with their number. An answer holds as long as its question: lines that are added
 * change the window's size, and lines that are let go move its start.
 */
type Remembered<T> = WeakMap<Feed, { readonly question: readonly unknown[]; readonly answer: readonly T[] }>;

const inWindows: Remembered<Delivery> = new WeakMap();
const takenLines: Remembered<WindowLine> = new WeakMap();
const sumsOfLines = new WeakMap<readonly WindowLine[], LineSums>();

function remembered<T>(
  memory: Remembered<T>,
  feed: Feed,
  question: readonly unknown[],
  find: () => readonly T[],
): readonly T[] {
  const known = memory.get(feed);
  if (known?.question.every((part, index) => part === question[index]) === true) return known.answer;
  const answer = find();
  memory.set(feed, { question, answer });
  return answer;
}

/** One job of a subscription, and how far its feed was taken. */
export class Lane implements FeedListener {
  readonly #scope: ResolvedScope;
  readonly #index: number;
  readonly #owner: LaneOwner;
  #feed: Feed | null = null;
  #taken = 0;
  /** Where the window began when lines were last taken. */
  #startWhenTaken: bigint | null = null;
  #gapsTaken = 0;

  constructor(scope: ResolvedScope, index: number, owner: LaneOwner) {
    this.#scope = scope;
    this.#index = index;
    this.#owner = owner;
  }

  get feed(): Feed {
    if (this.#feed === null) throw new Error('The lane has not joined its feed.');
    return this.#feed;
  }

  get taken(): number {
    return this.#taken;
  }

  get isReady(): boolean {
    const { kind } = this.feed.state;
    return kind !== 'starting' && (kind !== 'failing' || this.feed.isBegun);
  }

  join(feeds: Feeds, call: Call): void {
    const { source, scope } = this.#scope;
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

  /** What was released since the last time. (Before a feed lets go of it, `leaveBehind` is called.) */
  take(): readonly WindowLine[] {
    const lines = this.feed.releasedAfter(this.#taken);
    this.takeAll();
    return lines;
  }

  takeAll(): void {
    this.#taken = this.feed.sequence;
    this.#startWhenTaken = this.feed.window.start;
  }

  /** Has the window let go of lines from that instant on since lines were last taken? */
  hasLetGoFrom(time: bigint): boolean {
    const { start } = this.feed.window;
    return start !== null && time < start && start !== this.#startWhenTaken;
  }

  /** Gaps that were not told yet, but for those that end before a place. */
  takeGaps(from: MergedPosition | null): Dropped[] {
    const gaps = this.feed.gaps.after(this.#gapsTaken);
    this.#gapsTaken = this.feed.gaps.last;
    return gaps
      .map(({ partition, after, before, reason }) => ({
        count: null,
        reason: `${this.#scope.source.name}: ${reason}`,
        after: after && { ...after, scope: this.#index, partition },
        before: before && { ...before, scope: this.#index, partition },
      }))
      .filter(({ before }) => from === null || before === null || compareMerged(before, from) > 0);
  }

  /** Released lines of the window. */
  windowLines(): readonly Delivery[] {
    const { sequence, window } = this.feed;
    return remembered(inWindows, this.feed, [sequence, window.size, window.start, this.#index], () =>
      window
        .all()
        .filter((line) => line.sequence <= sequence)
        .map((line) => this.deliveryOf(line)),
    );
  }

  /** The lines at or after an instant that were taken. */
  takenFrom(time: bigint): readonly WindowLine[] {
    const { window } = this.feed;
    return remembered(takenLines, this.feed, [this.#taken, window.size, window.start, time], () =>
      window.from(time).filter((line) => line.sequence <= this.#taken),
    );
  }

  /** The sums of the lines that `takenFrom` gives, or of those of them that are accepted. */
  sumsFrom(time: bigint, buckets: number, accepts: ((entry: LogEntry) => boolean) | null): LineSums {
    const lines = this.takenFrom(time);
    const sum = (some: readonly WindowLine[]): LineSums =>
      sumUp(
        some.map((line) => ({ digest: this.digestOf(line) })),
        some.at(-1)?.entry.time ?? 0n,
        buckets,
      );
    if (accepts !== null) return sum(lines.filter(({ entry }) => accepts(entry)));
    const known = sumsOfLines.get(lines);
    if (known?.sums.length === 2 * buckets) return known;
    const sums = sum(lines);
    sumsOfLines.set(lines, sums);
    return sums;
  }

  /** The lines of the window up to an instant, also those that are held back. */
  knownUpTo(time: bigint): readonly WindowLine[] {
    return this.feed.window.all().filter(({ entry }) => entry.time <= time);
  }

  placed(line: WindowLine): PlacedLine {
    const { time, tie } = line.entry;
    return { position: { time, tie, scope: this.#index, partition: line.partition }, digest: this.digestOf(line) };
  }

  deliveryOf(line: WindowLine): Delivery {
    const { source, scope } = this.#scope;
    return { node: new LogEntryNode(source.name, scope.job, line.partition, line.entry), ...this.placed(line) };
  }

  digestOf(line: WindowLine): LineDigest {
    line.digest ??= lineDigest(this.#scope.source.name, this.#scope.scope.job, line.partition, line.entry);
    return line.digest;
  }

  failureOf(error: unknown): SourceFailure {
    const { source, scope } = this.#scope;
    return sourceFailure(source.name, encodeNodeId('Job', source.name, scope.job), error);
  }
}
