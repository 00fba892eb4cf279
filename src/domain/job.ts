import type { JsonObject } from './json.ts';
import type { Ordered } from './ordered.ts';
import type { JobStatus } from './status.ts';

/** Identifies a job: the source's name in the configuration, and the natural key within that source. */
export interface JobRef {
  readonly source: string;
  readonly key: string;
}

/** RFC 3339 UTC texts with all fraction digits of the vendor; null if the vendor does not give the time. */
export interface Lifetimes {
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

interface Stateful {
  readonly status: JobStatus;
  /** The vendor's own word, verbatim; null if the vendor gave none. */
  readonly nativeStatus: string | null;
}

export interface Job extends JobRef, Stateful, Lifetimes {
  readonly name: string;
  /** Other data from the vendor, without secrets and identities. */
  readonly attributes: JsonObject | null;
  /** When the vendor last changed its record of the job (RFC 3339 UTC): a finished job ended no later than this. */
  readonly changedAt?: string | undefined;
}

/** A part of a job. Parts are listed in a total order, oldest first. */
interface Part extends Ordered, Stateful, Lifetimes {
  /** Unique among the parts of its kind within the job. */
  readonly key: string;
}

export interface Attempt extends Part {
  /** 1 for the first attempt; null if the vendor does not number attempts. */
  readonly number: number | null;
  /** The step that was attempted, if the attempt belongs to one. */
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

/** The kinds of parts that a job may have, with their types. */
export interface Parts {
  readonly Attempt: Attempt;
  readonly Step: Step;
  readonly Task: Task;
}
export type PartKind = keyof Parts;
export const PART_KINDS = ['Attempt', 'Step', 'Task'] as const satisfies readonly PartKind[];

export function isPartKind(type: string): type is PartKind {
  return PART_KINDS.some((kind) => kind === type);
}
