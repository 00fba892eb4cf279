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

/** Who is told when there is something new. */
export interface FeedListener {
  /** The number of the last line that the listener has taken. */
  readonly taken: number;
  wake(): void;
  /** Lines that the listener has not taken are about to be let go: it must remember where it stands. */
  leaveBehind(): void;
}

/** Later than the instant of any line. */
const END_OF_TIME = 2n ** 80n;

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
  readonly #released = new ReleasedLines();
  #begun = false;
  readonly overlap: Overlap;
  #state: FeedState = { kind: 'starting' };
  #timer: NodeJS.Timeout | undefined;
  /** When the next line that is held back may go. */
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

  /** Does the window stand? */
  get isBegun(): boolean {
    return this.#begun;
  }

  /** The number of the last line that was released. */
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
    return this.#released.after(taken);
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

  /** Lets go of the lines whose time has come, in order, and of those that are too many to be held. */
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
   * Evicts old lines where the bounds are passed. The `fresh` last released lines stay in any case: a listener that takes
   * each release when it is told of it never loses one.
   */
  #trim(fresh: number): void {
    const { keepLines, keepBytes } = this.#settings;
    const isLong = this.window.isOver(Infinity, keepBytes);
    const isMany = this.#released.kept > keepLines;
    // Dropping half at a time keeps this rare. (Lines that the window keeps for the overlap cost nothing here.)
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
    for (const listener of this.#listeners) if (listener.taken < upTo) listener.leaveBehind();
    this.#released.evictUpTo(upTo);
  }
}
