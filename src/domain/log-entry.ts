import type { JsonObject } from './json.ts';
import type { Ordered } from './ordered.ts';
import type { Severity } from './severity.ts';

export interface StackFrame {
  readonly file: string | null;
  readonly line: number | null;
  readonly function: string | null;
}

export interface LogException {
  readonly type: string;
  readonly message: string | null;
  readonly frames: readonly StackFrame[];
}

/**
 * One line of a job's log. `time` is what it is ordered by and what `since` and `until` compare;
 * `timestamp` is the same instant as RFC 3339 UTC with the vendor's own fraction digits. They differ only where a
 * line is placed by what the vendor lists in its stead.
 */
export interface LogEntry extends Ordered {
  readonly timestamp: string;
  readonly severity: Severity;
  /** As the vendor sent it, rendered where the vendor sends a template; terminal escapes and all. */
  readonly message: string;
  readonly exceptions: readonly LogException[];
  readonly attributes: JsonObject | null;
  /** Keys of the attempt, step and task that the vendor names; null for those that it does not. */
  readonly attemptKey: string | null;
  readonly stepKey: string | null;
  readonly taskKey: string | null;
}

/** Which lines of a job: all of them, or those of one attempt, step or task. */
export interface LogScope {
  readonly job: string;
  readonly attempt?: string | undefined;
  readonly step?: string | undefined;
  readonly task?: string | undefined;
}
