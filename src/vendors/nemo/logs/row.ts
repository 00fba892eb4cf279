import { inferSeverity } from '../../../domain/infer-severity.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { Severity } from '../../../domain/severity.ts';
import { LateTie } from '../../../pagination/core/identity.ts';
import type { Unplaced } from '../../../pagination/core/partition.ts';
import type { LogRowWire } from '../wire.ts';

/** A row has neither id nor level nor attempt. The attempt is known only if it was requested. */
export function entryOf(row: LogRowWire, attemptKey: string | null): Unplaced<LogEntry> {
  return new NemoEntry(row, attemptKey);
}

const NO_EXCEPTIONS: LogEntry['exceptions'] = [];

class NemoEntry extends LateTie implements LogEntry {
  readonly time: bigint;
  readonly timestamp: string;
  readonly message: string;
  readonly exceptions = NO_EXCEPTIONS;
  readonly attributes = null;
  readonly attemptKey: string | null;
  readonly stepKey: string | null;
  readonly taskKey: string | null;
  #severity: Severity | null = null;

  constructor(row: LogRowWire, attemptKey: string | null) {
    super();
    this.time = row.timestamp.nanoseconds;
    this.timestamp = row.timestamp.text;
    this.message = row.message ?? '';
    this.attemptKey = attemptKey;
    this.stepKey = row.job_step;
    this.taskKey = row.job_task;
  }

  /** Inferred when it is asked for: most queries do not. */
  get severity(): Severity {
    this.#severity ??= inferSeverity(this.message);
    return this.#severity;
  }

  override copy(): object {
    return Object.assign(super.copy(), { severity: this.severity });
  }

  protected identity(): readonly (string | null)[] {
    return identityOf(this);
  }
}

/** The parts that distinguish rows of one instant, independent of how the attempt was requested. */
export function identityOf(entry: Unplaced<LogEntry>): readonly (string | null)[] {
  return [entry.stepKey, entry.taskKey, entry.message];
}
