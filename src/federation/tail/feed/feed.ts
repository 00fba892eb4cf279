import type { TributaryError } from '../../../domain/errors.ts';
import type { FeedDriver, FeedSink } from './driver.ts';
import type { Gap } from './gap.ts';
import { GapList } from './gap-list.ts';
import { HeldLines } from './lines/held-lines.ts';
import { LastAnswer } from './last-answer.ts';
import { LineWindow } from './lines/line-window.ts';
import type { FeedLine, WindowLine } from './lines/line-window.ts';
import { Overlap } from './lines/overlap.ts';
import { ReleasedLines } from './lines/released-lines.ts';
import type { TailSettings } from '../settings.ts';

export type FeedState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'failing'; readonly error: TributaryError }
  | { readonly kind: 'ended'; readonly reason: 'JOB_FINISHED' | 'SOURCE_GONE' }
  | { readonly kind: 'broken'; readonly error: unknown };

/** Notified when the feed has something new. */
export interface FeedListener {
  /** The number of the last line that the listener has taken. */
  readonly taken: number;
  wake(): void;
  /** The feed is about to evict lines that the listener has not taken: it must save its position. */
  willEvict(): void;
}

/** Later than the instant of any line. */
const END_OF_TIME = 2n ** 80n;

/**
 * The new lines of one job, for any number of subscribers: a window without holes of its newest lines, and their order
 * of release. A subscriber only keeps the number of a line, so a slow one costs nothing.
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
  readonly #released = new ReleasedLines();
  #begun = false;
  readonly overlap: Overlap;
  #state: FeedState = { kind: 'starting' };
  #timer: NodeJS.Timeout | undefined;
  /** When the next held line may be released. */
  #dueAt = Infinity;

  constructor(settings: TailSettings, driver: FeedDriver, onIdle: () => void) {
    this.#settings = settings;
    this.overlap = new Overlap(this.window, settings.overlapMilliseconds);
    this.#held = new HeldLines({ lines: settings.holdLines, bytes: settings.holdBytes });
    this.#driver = driver;
    this.#onIdle = onIdle;
  }

  get state(): FeedState {
    return this.#state;
  }

  /** True once the first read of the log's end has filled the window. */
  get isBegun(): boolean {
    return this.#begun;
  }

  /** The number of the last released line. */
  get sequence(): number {
    return this.#released.last;
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

  /** Releases the lines that are due at `now`, even if the timer for them has not fired yet. */
  releaseDue(now: number): void {
    if (this.#dueAt <= now) this.#release(now);
  }

  /** The released lines of the window. Subscribers ask for them at the same moment, so the answer is cached. */
  releasedWindow(): readonly WindowLine[] {
    const { sequence, window } = this;
    return this.#releasedWindow.to([sequence, window.size, window.start], () =>
      window.all().filter((line) => line.sequence <= sequence),
    );
  }

  /** Lines of the window at or after `time`, up to number `taken`. */
  takenFrom(taken: number, time: bigint): readonly WindowLine[] {
    const { window } = this;
    return this.#takenFrom.to([taken, window.size, window.start, time], () =>
      window.from(time).filter((line) => line.sequence <= taken),
    );
  }

  /** Lines released after number `taken`. */
  releasedAfter(taken: number): readonly WindowLine[] {
    return this.#released.after(taken);
  }

  /** True if the feed holds lines back. A feed that has ended must release them first. */
  get isHolding(): boolean {
    return this.#held.size > 0;
  }

  /**
   * For a listener that has taken the lines up to number `taken`, everything before this instant is settled: it has
   * taken all earlier lines, and no poll will find another one, because polls do not read that far back.
   */
  lowWatermark(taken: number): bigint | null {
    let low = this.overlapStart();
    if (low === null) return null;
    const { oldest } = this.#held;
    if (oldest !== null && oldest < low) low = oldest;
    for (const line of this.#released.after(taken)) {
      if (line.entry.time < low) low = line.entry.time;
    }
    return low;
  }

  overlapStart(): bigint | null {
    return this.overlap.start;
  }

  begin(lines: readonly FeedLine[], start: bigint | null): void {
    this.window.beginAt(start);
    this.window.add(lines, 0);
    this.#begun = true;
    this.overlap.begin();
    this.#become({ kind: 'live' });
  }

  accept(lines: readonly FeedLine[]): number {
    const added = this.window.add(lines, Infinity);
    if (added.length === 0) return 0;
    const now = Date.now();
    const wait = this.#settings.reorderMilliseconds;
    this.#held.add(added, ({ entry }) => {
      const at = Number(entry.time / 1_000_000n);
      // Held until its own timestamp is `reorderMilliseconds` old. Our clock caps the wait if the line is from the
      // future.
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
    this.overlap.polled();
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

  #become(state: FeedState): void {
    this.#state = state;
    this.#wake();
  }

  #wake(): void {
    for (const listener of this.#listeners) listener.wake();
  }

  /** Releases in order the lines that are due and the oldest of those that exceed the limits. */
  #release(now = Date.now()): void {
    clearTimeout(this.#timer);
    const ready = this.#held.take(now);
    if (ready.length > 0) {
      this.#released.add(ready);
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

  /**
   * Evicts old lines once a limit is exceeded. The last `fresh` released lines always stay: a listener that takes each
   * release when it is notified never loses a line.
   */
  #trim(fresh: number): void {
    const { keepLines, keepBytes } = this.#settings;
    const isLong = this.window.isOver(Infinity, keepBytes);
    const isMany = this.#released.kept > keepLines;
    // Evicting half at a time keeps evictions rare. (Lines that the window keeps for the overlap do not trigger it.)
    if (isMany || isLong) {
      const kept = this.#released.newestWithin(keepLines >> 1, isLong ? keepBytes >> 2 : Infinity);
      this.#evict(this.#released.lastToEvict(Math.max(fresh, kept)));
    }
    if (!isMany && !this.window.isOver(2 * keepLines, keepBytes)) return;
    const isFarOver = this.window.isOver(8 * keepLines, 2 * keepBytes);
    this.window.trim(keepLines, keepBytes, isFarOver ? END_OF_TIME : (this.overlapStart() ?? 0n));
    this.#releasedWindow.forget();
    this.#takenFrom.forget();
  }

  #evict(upTo: number | null): void {
    if (upTo === null) return;
    for (const listener of this.#listeners) if (listener.taken < upTo) listener.willEvict();
    this.#released.evictUpTo(upTo);
  }
}
