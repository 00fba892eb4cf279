import { TributaryError } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { BreakerState } from './policy/breaker.ts';

/** How a source does, as its last calls showed. */
export interface SourceHttpStats {
  readonly inFlight: number;
  /** Calls that wait for a place. */
  readonly queued: number;
  /** Calls that got no place: too many waited, or they waited for too long. */
  readonly turnedAway: number;
  readonly breaker: BreakerState;
  /** Attempts after the first of their call. */
  readonly retries: number;
  /** Failed attempts that were not repeated, because the source has had all the retries that it may have. */
  readonly retriesLeftOut: number;
  /** Questions that were not asked again: by how they were answered. */
  readonly saved: Readonly<Record<SavedBy, number>>;
  /** Of the last answer, up to its headers. Null before the first. */
  readonly lastLatencyMilliseconds: number | null;
  /** Of the last call, if the source failed it; null when it did not. An absent job or a caller that left is no failure. */
  readonly lastError: TributaryError | null;
  /** Milliseconds since 1970; null before the first. */
  readonly lastSuccessAt: number | null;
}

/** `shared`: the same was being asked. `remembered`: the operation had been answered the same a moment ago. */
export type SavedBy = 'shared' | 'remembered';

/** One attempt at a call, for metrics. Holds nothing of the request: neither its URL nor its headers. */
export interface RequestObservation {
  readonly source: string;
  readonly method: 'GET' | 'POST';
  /** The path with names in place of what is one job's: see `HttpRequest.route`. Null: it is not known. */
  readonly route: string | null;
  /** Null when no answer came. */
  readonly status: number | null;
  /** How long it waited for its turn, before it was sent. */
  readonly queuedMilliseconds: number;
  readonly durationMilliseconds: number;
  readonly outcome: 'ok' | 'aborted' | ErrorCode;
}

/** Keeps the last results of a source. */
export interface Recorder {
  answered(latencyMilliseconds: number): void;
  /** Keeps how a whole call ends, and passes it on. */
  watch<T>(call: Promise<T>): Promise<T>;
  failed(error: unknown): void;
  /** A call is tried once more. */
  retried(): void;
  /** It is not, though it might help: see retry-budget.ts. */
  retryLeftOut(): void;
  /** A call was not needed. */
  saved(by: SavedBy): void;
  /** A call got no place. */
  turnedAway(): void;
  last(): Pick<
    SourceHttpStats,
    'lastLatencyMilliseconds' | 'lastError' | 'lastSuccessAt' | 'retries' | 'retriesLeftOut' | 'turnedAway' | 'saved'
  >;
}

/** A recorder with nothing in it. `now` in milliseconds since 1970. */
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
    // The source did answer, and well: there is no such thing.
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
    async watch(call) {
      try {
        const result = await call;
        succeeded();
        return result;
      } catch (error) {
        failed(error);
        throw error;
      }
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
