/** How jobs are followed. Times in milliseconds. */
export interface TailSettings {
  /** Between two polls while lines come. */
  readonly intervalMilliseconds: number;
  /** The longest pause between two polls of a job that is silent; pauses double up to it. */
  readonly maxIntervalMilliseconds: number;
  /** Part of a pause by which it is made longer or shorter at random, so that pollers do not march in step. */
  readonly jitter: number;
  /** Each poll reads again what is this much older than the newest line, for lines that come late. */
  readonly overlapMilliseconds: number;
  /** Lines are held back this long, counted from their own time, to be put in order. */
  readonly reorderMilliseconds: number;
  /** Most lines that are held back; the oldest of more are let go early, in order. */
  readonly holdLines: number;
  /** Most memory that they take, with everything in them. */
  readonly holdBytes: number;
  /** When, after a job was seen to be finished, its log is read again before the stream ends. */
  readonly drainMilliseconds: readonly number[];
  /** A stream ends after this long, with a cursor to go on from. */
  readonly maxDurationMilliseconds: number;
  /** How often a running job's status and the list of its partitions are asked for. */
  readonly refreshMilliseconds: number;
  /** Lines that a feed keeps for its subscribers; a subscriber that needs older ones reads them again. */
  readonly keepLines: number;
  /** Most memory that those take, with everything in them; up to twice as much while the overlap needs them. */
  readonly keepBytes: number;
  /** Lines in one batch of the stream. */
  readonly batchSize: number;
  /** The most lines delivered above the low watermarks that a cursor names. Where there are more, a resume may repeat lines, and says so. */
  readonly cursorLines: number;
}

/** What a source may have otherwise: how it is polled, not what becomes of a stream. */
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
