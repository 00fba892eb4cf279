/** How jobs are followed. Times are in milliseconds. */
export interface TailSettings {
  /** Pause between two polls while lines come. */
  readonly intervalMilliseconds: number;
  /** The longest pause between two polls of a silent job; pauses double up to it. */
  readonly maxIntervalMilliseconds: number;
  /** The fraction by which a pause is randomly lengthened or shortened, so that pollers do not run in step. */
  readonly jitter: number;
  /** Each poll rereads lines up to this much older than the newest one, to catch lines that arrive late. */
  readonly overlapMilliseconds: number;
  /** A line is held back until it is this old, so that lines can be put in order. */
  readonly reorderMilliseconds: number;
  /** Most lines held back; beyond that, the oldest are released early, in order. */
  readonly holdLines: number;
  /** Most memory that held lines may use. */
  readonly holdBytes: number;
  /** When the log of a finished job is read again before the stream ends, counted from when the job was seen to be finished. */
  readonly drainMilliseconds: readonly number[];
  /** A stream ends after this long, with a cursor to resume from. */
  readonly maxDurationMilliseconds: number;
  /** How often a running job's status and partitions are checked. */
  readonly refreshMilliseconds: number;
  /** Lines that a feed keeps for its subscribers; a subscriber that needs older ones reads them from the vendor. */
  readonly keepLines: number;
  /** Most memory that kept lines may use; up to twice as much while the overlap needs them. */
  readonly keepBytes: number;
  /** Lines in one batch of the stream. */
  readonly batchSize: number;
  /**
   * Most lines that a cursor names because they were delivered above the low watermarks. If there are more, a resumed
   * stream may repeat lines and reports that.
   */
  readonly cursorLines: number;
}

/** The settings that a source may override: how it is polled, not how streams behave. */
export type SourceTailSettings = Partial<
  Pick<
    TailSettings,
    | 'intervalMilliseconds'
    | 'maxIntervalMilliseconds'
    | 'jitter'
    | 'overlapMilliseconds'
    | 'reorderMilliseconds'
    | 'drainMilliseconds'
    | 'refreshMilliseconds'
  >
>;

export const DEFAULT_TAIL: TailSettings = {
  intervalMilliseconds: 1_000,
  maxIntervalMilliseconds: 15_000,
  jitter: 0.2,
  overlapMilliseconds: 30_000,
  reorderMilliseconds: 2_000,
  holdLines: 10_000,
  holdBytes: 32_000_000,
  drainMilliseconds: [2_000, 6_000, 12_000],
  maxDurationMilliseconds: 4 * 60 * 60 * 1000,
  refreshMilliseconds: 5_000,
  keepLines: 5_000,
  keepBytes: 64_000_000,
  batchSize: 500,
  cursorLines: 1_000,
};
