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
 * One line of a job's log. `time` determines the order, and `since` and `until` are compared with it. `timestamp` is
 * the same instant as RFC 3339 UTC with all fraction digits of the vendor. They differ only if a line is placed by the
 * record that the vendor lists instead of lines.
 */
export interface LogEntry extends Ordered {
  readonly timestamp: string;
  readonly severity: Severity;
  /** As the vendor sent it, including terminal escapes; templates are rendered. */
  readonly message: string;
  readonly exceptions: readonly LogException[];
  readonly attributes: JsonObject | null;
  /** Keys of the attempt, step and task, as far as the vendor names them; otherwise null. */
  readonly attemptKey: string | null;
  readonly stepKey: string | null;
  readonly taskKey: string | null;
}

/** The lines to read from a job: all of them, or those of one attempt, step or task. */
export interface LogScope {
  readonly job: string;
  readonly attempt?: string | undefined;
  readonly step?: string | undefined;
  readonly task?: string | undefined;
}
