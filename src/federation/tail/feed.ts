import type { TributaryError } from '../../domain/errors.ts';
import type { Gap } from './gap.ts';
import { GapList } from './gap-list.ts';
import { HeldLines } from './held-lines.ts';
import { LineWindow } from './line-window.ts';
import type { FeedLine, WindowLine } from './line-window.ts';
import type { TailSettings } from './settings.ts';

/** What a feed's driver tells it. */
export interface FeedSink {
  readonly window: LineWindow;
  /** The instant from which lines are read again at each poll. Null: from the beginning. */
  overlapStart(): bigint | null;
  /** The newest lines there are, as they stood when the feed began; `start` as in `LineWindow`. */
  begin(lines: readonly FeedLine[], start: bigint | null): void;
  /** Lines that were read, also those that were read before. Returns how many are new. */
  accept(lines: readonly FeedLine[]): number;
  /** Lines that are out of the vendor's reach. The same gap may be said again and again: false when it is known. */
  gap(gap: Gap): boolean;
  /** The source answered. */
  recovered(): void;
  /** A poll has read everything from `overlapStart` on. */
  polled(): void;
  failed(error: TributaryError): void;
  /** No more lines will come. */
  ended(reason: 'JOB_FINISHED' | 'SOURCE_GONE'): void;
  /** The feed can't go on at all: its subscribers get the error. */
  broke(error: unknown): void;
}

/** Brings lines to a feed: by polling the vendor, or from another replica that does. */
export interface FeedDriver {
  start(sink: FeedSink): void;
  /** Somebody joined: look at once. */
  poke(): void;
  stop(): Promise<void>;
}

/** Polls the vendor from this process, when it is told to. All of its methods are given the same sink. */
export interface LocalDriver extends FeedDriver {
  /** Reads the log's end until that has succeeded, and polls no further. False: it was stopped, or the feed broke. */
  begin(sink: FeedSink): Promise<boolean>;
  /** Polls on and on, at once and at its own pace. */
  resume(sink: FeedSink): void;
  /** Polls no more than it owes. A poll that is under way goes on. */
  pause(): void;
  /**
   * Polls once, beginning after this call, or as often as it takes to succeed. Resolves when that is done
   * and it is paused, or over.
   */
  catchUp(sink: FeedSink): Promise<void>;
}

export type FeedState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'failing'; readonly error: TributaryError }
  | { readonly kind: 'ended'; readonly reason: 'JOB_FINISHED' | 'SOURCE_GONE' }
  | { readonly kind: 'broken'; readonly error: unknown };

/** Who is told when there is something new. */
export interface FeedListener {
  /** The number of the last line that the listener has taken. */
  readonly taken: number;
  wake(): void;
  /** Lines that the listener has not taken are about to be let go: it must remember where it stands. */
  leaveBehind(): void;
}

/**
 * Keeps the answer to the last question. An answer holds as long as its question: lines that are added change the window's
 * size, and lines that are evicted move its start.
 */
class LastAnswer<T> {
  #last: { readonly question: readonly unknown[]; readonly answer: T } | null = null;

  to(question: readonly unknown[], find: () => T): T {
    if (this.#last?.question.every((part, index) => part === question[index]) === true) return this.#last.answer;
    const answer = find();
    this.#last = { question, answer };
    return answer;
  }
}

/**
 * One job's new lines, for any number of subscribers: a window without holes of its newest lines, and the
 * order in which they were released. Subscribers only hold a number, so a slow one costs nothing.
 */
export class Feed implements FeedSink {
  readonly window = new LineWindow();
  readonly gaps = new GapList();
  readonly #settings: TailSettings;
  readonly #driver: FeedDriver;
  readonly #listeners = new Set<FeedListener>();
  readonly #onIdle: () => void;
  readonly #held: HeldLines;
  readonly #releasedWindow = new LastAnswer<readonly WindowLine[]>();
  readonly #takenFrom = new LastAnswer<readonly WindowLine[]>();
  #released: WindowLine[] = [];
  /** The number of the line before the first one in `#released`. */
  #base = 0;
  #begun = false;
  /** The newest instant that was known when the last poll that came to its end began. */
  #settled: bigint | null = null;
  /** The newest instant that was known when that poll had come to its end. */
  #newest: bigint | null = null;
  #state: FeedState = { kind: 'starting' };
  #timer: NodeJS.Timeout | undefined;
  /** When the next line that is held back may go. */
  #dueAt = Infinity;

  constructor(settings: TailSettings, driver: FeedDriver, onIdle: () => void) {
    this.#settings = settings;
    this.#held = new HeldLines({ lines: settings.holdLines, characters: settings.holdCharacters });
    this.#driver = driver;
    this.#onIdle = onIdle;
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Does the window stand? */
  get isBegun(): boolean {
    return this.#begun;
  }

  /** The number of the last line that was released. */
  get sequence(): number {
    return this.#base + this.#released.length;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  join(listener: FeedListener): void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1 && this.#state.kind === 'starting') this.#driver.start(this);
    else this.#driver.poke();
  }

  leave(listener: FeedListener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    clearTimeout(this.#timer);
    this.#onIdle();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#driver.stop();
  }

  /** Lets go of what may go at that moment, also where its timer comes a little later. */
  releaseDue(now: number): void {
    if (this.#dueAt <= now) this.#release(now);
  }

  /** Lines of the window that were released. Subscribers ask the same at the same moment: the answer is kept. */
  releasedWindow(): readonly WindowLine[] {
    const { sequence, window } = this;
    return this.#releasedWindow.to([sequence, window.size, window.start], () =>
      window.all().filter((line) => line.sequence <= sequence),
    );
  }

  /** Lines of the window at or after an instant, up to number `taken`. */
  takenFrom(taken: number, time: bigint): readonly WindowLine[] {
    const { window } = this;
    return this.#takenFrom.to([taken, window.size, window.start, time], () =>
      window.from(time).filter((line) => line.sequence <= taken),
    );
  }

  /** Lines released after number `taken`. */
  releasedAfter(taken: number): readonly WindowLine[] {
    return this.#released.slice(Math.max(0, taken - this.#base));
  }

  /** Does the feed hold back lines? An ended one has to let them go first. */
  get isHolding(): boolean {
    return this.#held.size > 0;
  }

  /**
   * The instant below which a listener that has taken up to `taken` owes and is owed nothing: neither
   * lines that it has not taken nor late ones that a poll may still find are older.
   */
  lowWatermark(taken: number): bigint | null {
    let low = this.overlapStart();
    if (low === null) return null;
    const { oldest } = this.#held;
    if (oldest !== null && oldest < low) low = oldest;
    for (const line of this.#released.slice(Math.max(0, taken - this.#base))) {
      if (line.entry.time < low) low = line.entry.time;
    }
    return low;
  }

  /**
   * Counted from the line that was the newest before the last poll: while that one was under way, lines may
   * have come behind the place where it was reading, however far ahead its last page lies.
   */
  overlapStart(): bigint | null {
    const { start } = this.window;
    if (this.#settled === null) return start;
    const from = this.#settled - BigInt(this.#settings.overlapMilliseconds) * 1_000_000n;
    return start !== null && start > from ? start : from;
  }

  begin(lines: readonly FeedLine[], start: bigint | null): void {
    this.window.beginAt(start);
    this.window.add(lines, 0);
    this.#begun = true;
    this.#newest = this.#newestNow();
    this.#settled = this.#newest;
    this.#become({ kind: 'live' });
  }

  accept(lines: readonly FeedLine[]): number {
    const added = this.window.add(lines, Infinity);
    if (added.length === 0) return 0;
    const now = Date.now();
    const wait = this.#settings.reorderMilliseconds;
    this.#held.add(added, ({ entry }) => {
      const at = Number(entry.time / 1_000_000n);
      // By its own clock a line is old enough after the window; by ours it is held no longer than that.
      return Math.max(now, Math.min(now, at) + wait);
    });
    this.#release();
    return added.length;
  }

  gap(gap: Gap): boolean {
    const isNew = this.gaps.add(gap);
    if (isNew) this.#wake();
    return isNew;
  }

  recovered(): void {
    if (this.#state.kind === 'failing') this.#become({ kind: 'live' });
  }

  polled(): void {
    // Between two polls nothing is read: what the last one ended with is what this one began with.
    this.#settled = this.#newest;
    this.#newest = this.#newestNow();
  }

  failed(error: TributaryError): void {
    this.#become({ kind: 'failing', error });
  }

  ended(reason: 'JOB_FINISHED' | 'SOURCE_GONE'): void {
    this.#release(Infinity);
    this.#become({ kind: 'ended', reason });
  }

  broke(error: unknown): void {
    this.#become({ kind: 'broken', error });
  }

  /** A line from the future must not push lines of the present out of reach. */
  #newestNow(): bigint | null {
    const { newest } = this.window;
    const now = BigInt(Date.now()) * 1_000_000n;
    return newest !== null && newest > now ? now : newest;
  }

  #become(state: FeedState): void {
    this.#state = state;
    this.#wake();
  }

  #wake(): void {
    for (const listener of this.#listeners) listener.wake();
  }

  /** Lets go of the lines whose time has come, in order, and of those that are too many to be held. */
  #release(now = Date.now()): void {
    clearTimeout(this.#timer);
    const ready = this.#held.take(now);
    if (ready.length > 0) {
      for (const line of ready) {
        this.#released.push(line);
        line.sequence = this.sequence;
      }
      this.#trim(ready.length);
      this.#wake();
    }
    this.#dueAt = this.#held.nextAt();
    if (this.#dueAt === Infinity || this.#listeners.size === 0) return;
    this.#timer = setTimeout(
      () => {
        this.#release();
      },
      Math.max(1, this.#dueAt - now),
    );
  }

  /** Keeps what was released just now in any case: who takes each release when it is told of it is never left behind. */
  #trim(fresh: number): void {
    const { keepLines, keepCharacters } = this.#settings;
    const isLong = this.window.isOver(Infinity, keepCharacters);
    const isMany = this.#released.length > keepLines;
    // Dropping half at a time keeps this rare. (Lines that the window keeps for the overlap cost nothing here.)
    if (isMany || isLong)
      this.#letGo(Math.max(fresh, this.#newestWithin(keepLines >> 1, isLong ? keepCharacters >> 2 : Infinity)));
    if (!isMany && !this.window.isOver(2 * keepLines, keepCharacters)) return;
    const overlap = this.overlapStart();
    this.window.trim(
      keepLines,
      keepCharacters,
      this.window.isOver(8 * keepLines, 2 * keepCharacters) ? BigInt(2) ** 80n : (overlap ?? 0n),
    );
  }

  /** How many of the last released lines there are within both bounds. */
  #newestWithin(lines: number, characters: number): number {
    let count = 0;
    for (let left = characters; count < Math.min(lines, this.#released.length); count += 1) {
      left -= this.#released[this.#released.length - 1 - count]?.entry.message.length ?? 0;
      if (left < 0) break;
    }
    return count;
  }

  /** Lets go of all released lines but so many. */
  #letGo(kept: number): void {
    const drop = this.#released.length - kept;
    if (drop <= 0) return;
    for (const listener of this.#listeners) if (listener.taken < this.#base + drop) listener.leaveBehind();
    this.#released = this.#released.slice(drop);
    this.#base += drop;
  }
}
