import type { TributaryError } from '../../domain/errors.ts';
import type { RateWindowSize } from './rate-window.ts';

/** A source is not to be called for a while. */
export interface Pause {
  readonly milliseconds: number;
  /** What callers are told meanwhile. */
  readonly code: TributaryError['code'];
}

/** What all replicas together know when one of them wants to call. */
export interface Permission {
  /** So many calls may start, and are counted. 0: to be asked again. */
  readonly count: number;
  /** When they may, or when to ask again. */
  readonly waitMilliseconds: number;
  readonly pause: Pause | null;
  /** The credentials were refused, and are left alone for so long; 0: one call tries them now. Null: they were not. */
  readonly refusedMilliseconds: number | null;
}

/**
 * What one credential is allowed at one end of a source (the source, or its token endpoint), counted over all replicas. Nothing here
 * rejects or takes long: where the replicas cannot reach each other, each goes by what it knows itself.
 */
export interface Allowance {
  /** May up to `count` calls start? Null: nothing is known of the others. */
  ask(count: number, window: RateWindowSize | null): Promise<Permission | null>;
  pause(pause: Pause): void;
  /** The credentials were refused: no replica sends them for so long, and then one call first. */
  refuse(milliseconds: number): void;
  /** They were taken, after they had been refused. */
  accept(): void;
}

/** The allowance of what has these names. Replicas with the same settings name it the same; no name is shown to anybody. */
export type Allowances = (names: readonly (string | null)[]) => Allowance;
