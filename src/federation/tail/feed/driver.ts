import type { TributaryError } from '../../../domain/errors.ts';
import type { Gap } from './gap.ts';
import type { FeedLine, LineWindow } from './lines/line-window.ts';

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
  /** A subscriber joined: look at once. */
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
