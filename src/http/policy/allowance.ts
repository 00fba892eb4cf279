import type { TributaryError } from '../../domain/errors.ts';
import type { RateWindowSize } from './rate-window.ts';

/** A time during which a source must not be called. */
export interface SourcePause {
  readonly milliseconds: number;
  /** The code of the error that callers get meanwhile. */
  readonly code: TributaryError['code'];
}

/** The shared answer of all replicas when one of them wants to call. */
export interface Permission {
  /** How many calls may start; they are already counted. 0: ask again. */
  readonly count: number;
  /** How long to wait before starting them, or before asking again. */
  readonly waitMilliseconds: number;
  readonly pause: SourcePause | null;
  /**
   * The source refused the credentials: do not use them for this long; 0: one call tries them now. Null: they were not
   * refused.
   */
  readonly refusedMilliseconds: number | null;
}

/**
 * The limits of one credential at one endpoint (the source, or its token endpoint), counted over all replicas. No
 * method rejects or takes long: replicas that cannot reach each other apply the limits alone.
 */
export interface Allowance {
  /**
   * True if a call without a rate may start without asking, because no replica has learned anything about the endpoint.
   * Left out: each call asks.
   */
  readonly mayStart?: () => boolean;
  /** Asks whether up to `count` calls may start. Null: the other replicas cannot be reached. */
  ask(count: number, window: RateWindowSize | null): Promise<Permission | null>;
  pause(pause: SourcePause): void;
  /**
   * The source refused the credentials: no replica sends them for this long, and after that one call tries them first.
   */
  refuse(milliseconds: number): void;
  /** The source accepted credentials that it had refused before. */
  accept(): void;
}

/**
 * Returns the allowance for these names. Replicas with the same settings use the same names. Names may hold secrets and
 * are never shown.
 */
export type Allowances = (names: readonly (string | null)[]) => Allowance;

/** All replicas together, as a limiter asks them. */
export interface Replicas {
  /** Asks whether up to `count` calls may start. Never rejects. Null: this replica decides alone. */
  readonly ask: (count: number) => Promise<Pick<Permission, 'count' | 'waitMilliseconds'> | null>;
  /** True if a call may start now without asking. */
  readonly mayStart: () => boolean;
}
