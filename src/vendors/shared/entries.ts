import type { LogEntry } from '../../domain/log-entry.ts';
import { NO_SEVERITY } from '../../domain/severity.ts';
import type { Unplaced } from '../../pagination/partition.ts';

/** An entry that only keeps the place of a row that could not be read. */
export function standInEntry(time: bigint, reason: string): Unplaced<LogEntry> {
  return {
    time,
    timestamp: '',
    severity: NO_SEVERITY,
    message: reason,
    exceptions: [],
    attributes: null,
    attemptKey: null,
    stepKey: null,
    taskKey: null,
    unreadable: reason,
  };
}
