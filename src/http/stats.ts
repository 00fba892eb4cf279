import { TributaryError } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { BreakerState } from './policy/breaker.ts';

/** The health of a source, from its latest calls. */
export interface SourceHttpStats {
  readonly inFlight: number;
  /** Calls that wait for a slot. */
  readonly queued: number;
  /** Calls that got no slot: too many waited, or they waited for too long. */
  readonly turnedAway: number;
  readonly breaker: BreakerState;
  /** Attempts after the first of their call. */
  readonly retries: number;
  /** Failed attempts that were not repeated because the retry budget was used up. */
  readonly retriesLeftOut: number;
  /** Requests that were not sent, by how they were answered instead. */
  readonly saved: Readonly<Record<SavedBy, number>>;
  /** Time until the headers of the last answer arrived. Null before the first answer. */
  readonly lastLatencyMilliseconds: number | null;
  /**
   * The error of the last call if the source failed; null if the last call succeeded. A missing job or a caller that
   * left is not a failure.
   */
  readonly lastError: TributaryError | null;
  /** Milliseconds since 1970; null before the first success. */
  readonly lastSuccessAt: number | null;
}

/** `shared`: an identical request was in flight. `remembered`: the operation already had the answer. */
export type SavedBy = 'shared' | 'remembered';

/** One attempt at a call, for metrics. Holds nothing of the request: neither its URL nor its headers. */
export interface RequestObservation {
  readonly source: string;
  readonly method: 'GET' | 'POST';
  /** The path with placeholders: see `HttpRequest.route`. Null: the request names no route. */
  readonly route: string | null;
  /** Null when no answer came. */
  readonly status: number | null;
  /** How long the attempt waited for a slot before it was sent. */
  readonly queuedMilliseconds: number;
  readonly durationMilliseconds: number;
  readonly outcome: 'ok' | 'aborted' | ErrorCode;
  /** The request that the attempt was started for. Undefined: none, as for a poll, or it is not known. */
  readonly requestId?: string | undefined;
}

/** Keeps the latest results of a source. */
export interface Recorder {
  answered(latencyMilliseconds: number): void;
  /** Records how a call ends, and returns its result. */
  watch<T>(call: Promise<T>): Promise<T>;
  failed(error: unknown): void;
  /** Counts a retry. */
  retried(): void;
  /** Counts a retry that the budget did not allow: see retry-budget.ts. */
  retryLeftOut(): void;
  /** Counts a request that was not sent. */
  saved(by: SavedBy): void;
  /** Counts a call that got no slot. */
  turnedAway(): void;
  last(): Pick<
    SourceHttpStats,
    'lastLatencyMilliseconds' | 'lastError' | 'lastSuccessAt' | 'retries' | 'retriesLeftOut' | 'turnedAway' | 'saved'
  >;
}

/** Creates an empty recorder. `now` returns milliseconds since 1970. */
export function createRecorder(now: () => number): Recorder {
  let lastLatencyMilliseconds: number | null = null;
  let lastError: TributaryError | null = null;
  let lastSuccessAt: number | null = null;
  let retries = 0;
  let retriesLeftOut = 0;
  let turnedAway = 0;
  const saved = { shared: 0, remembered: 0 };

  function succeeded(): void {
    lastError = null;
    lastSuccessAt = now();
  }

  function failed(error: unknown): void {
    if (!(error instanceof TributaryError)) return;
    if (error.code.startsWith('SOURCE_')) lastError = error;
    // A 404 is a correct answer of a working source: the job does not exist.
    else if (error.code === 'NOT_FOUND' && error.status !== undefined) succeeded();
  }

  return {
    failed,
    retried() {
      retries += 1;
    },
    retryLeftOut() {
      retriesLeftOut += 1;
    },
    saved(by) {
      saved[by] += 1;
    },
    turnedAway() {
      turnedAway += 1;
    },
    answered(latencyMilliseconds) {
      lastLatencyMilliseconds = latencyMilliseconds;
    },
    watch(call) {
      return call.then(
        (result) => {
          succeeded();
          return result;
        },
        (error: unknown) => {
          failed(error);
          throw error;
        },
      );
    },
    last: () => ({
      lastLatencyMilliseconds,
      lastError,
      lastSuccessAt,
      retries,
      retriesLeftOut,
      turnedAway,
      saved: { ...saved },
    }),
  };
}
