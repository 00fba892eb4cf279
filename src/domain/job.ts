import type { JsonObject } from './json.ts';
import type { Ordered } from './ordered.ts';
import type { JobStatus } from './status.ts';

/** Where a job is: the source's name in the configuration, and the natural key within that source. */
export interface JobRef {
  readonly source: string;
  readonly key: string;
}

/** Times are RFC 3339 UTC texts with the vendor's own fraction digits; null where it does not say. */
export interface Lifetimes {
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

interface Stateful {
  readonly status: JobStatus;
  /** The vendor's own word, verbatim; null where it gave none. */
  readonly nativeStatus: string | null;
}

export interface Job extends JobRef, Stateful, Lifetimes {
  readonly name: string;
  /** What the vendor says beside this, without secrets and identities. */
  readonly attributes: JsonObject | null;
  /**
   * The vendor last changed its record of the job at this time (RFC 3339 UTC): a finished job ended no later.
   */
  readonly changedAt?: string | undefined;
}

/** A part of a job. It has a place in the order in which the job's parts are listed (oldest first). */
interface Part extends Ordered, Stateful, Lifetimes {
  /** Unique within the job and among the parts of its kind. */
  readonly key: string;
}

export interface Attempt extends Part {
  /** 1 for the first attempt where the vendor counts; null where it does not. */
  readonly number: number | null;
  /** Of the step that was attempted, where an attempt belongs to one. */
  readonly stepKey: string | null;
}

export interface Step extends Part {
  readonly name: string;
  readonly attemptKey: string | null;
}

export interface Task extends Part {
  readonly name: string;
  readonly attemptKey: string | null;
  readonly stepKey: string | null;
}

/** The kinds of parts that a job may have, and what a vendor says of one. */
export interface Parts {
  readonly Attempt: Attempt;
  readonly Step: Step;
  readonly Task: Task;
}
export type PartKind = keyof Parts;
