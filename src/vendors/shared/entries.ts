import type { UnreadableRow } from '../../domain/ordered.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import { NO_SEVERITY } from '../../domain/severity.ts';
import type { Unplaced } from '../../pagination/core/partition.ts';

/** A stand-in entry that keeps the place of an unreadable row. */
export function standInEntry(time: bigint, unreadable: UnreadableRow): Unplaced<LogEntry> {
  return {
    time,
    timestamp: '',
    severity: NO_SEVERITY,
    message: unreadable.id,
    exceptions: [],
    attributes: null,
    attemptKey: null,
    stepKey: null,
    taskKey: null,
    unreadable,
  };
}
