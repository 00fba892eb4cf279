import type { TributaryError } from '../../../domain/errors.ts';
import type { Gap } from './gap.ts';
import type { FeedLine, LineWindow } from './lines/line-window.ts';

/** What a feed's driver reports to the feed. */
export interface FeedSink {
  readonly window: LineWindow;
  /** The instant from which each poll reads again. Null: from the beginning of the log. */
  overlapStart(): bigint | null;
  /** The newest lines at the time when the feed began; `start` as in `LineWindow`. */
  begin(lines: readonly FeedLine[], start: bigint | null): void;
  /** Lines that a poll has read, including known ones. Returns how many are new. */
  accept(lines: readonly FeedLine[]): number;
  /**
   * Lines that are out of the vendor's reach. The same gap may be reported repeatedly; returns false if it is already
   * known.
   */
  gap(gap: Gap): boolean;
  /** The source has answered. */
  recovered(): void;
  /** A poll has read everything from `overlapStart` on. */
  polled(): void;
  failed(error: TributaryError): void;
  /** No more lines will come. */
  ended(reason: 'JOB_FINISHED' | 'SOURCE_GONE'): void;
  /** The feed cannot continue at all: its subscribers get the error. */
  broke(error: unknown): void;
}

/** Brings lines to a feed: by polling the vendor, or from another replica that polls. */
export interface FeedDriver {
  start(sink: FeedSink): void;
  /** A subscriber joined: poll at once. */
  poke(): void;
  stop(): Promise<void>;
}

/** Polls the vendor from this process, on demand. All methods must be given the same sink. */
export interface LocalDriver extends FeedDriver {
  /**
   * Reads the end of the log, retrying until that succeeds, and does not poll on. False: it was stopped, or the feed
   * broke.
   */
  begin(sink: FeedSink): Promise<boolean>;
  /** Starts continuous polling, at its own pace; the first poll comes at once. */
  resume(sink: FeedSink): void;
  /** Stops continuous polling. A poll that is running or that `catchUp` has requested still completes. */
  pause(): void;
  /**
   * Polls once, beginning after this call, with retries until a poll succeeds. Resolves when that poll is done and the
   * driver is paused, or when the feed has ended.
   */
  catchUp(sink: FeedSink): Promise<void>;
}
