import { inferSeverity } from '../../../domain/infer-severity.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { Unplaced } from '../../../pagination/core/partition.ts';
import type { LogRowWire } from '../wire.ts';

/** A row has neither id nor level nor attempt; the attempt is known only where it was asked for. */
export function entryOf(row: LogRowWire, attemptKey: string | null): Unplaced<LogEntry> {
  const message = row.message ?? '';
  return {
    time: row.timestamp.nanoseconds,
    timestamp: row.timestamp.text,
    severity: inferSeverity(message),
    message,
    exceptions: [],
    attributes: null,
    attemptKey,
    stepKey: row.job_step,
    taskKey: row.job_task,
  };
}

/** What tells rows of one instant apart, whatever the attempt was asked by. */
export function identityOf(entry: Unplaced<LogEntry>): readonly (string | null)[] {
  return [entry.stepKey, entry.taskKey, entry.message];
}
