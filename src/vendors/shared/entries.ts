import type { UnreadableRow } from '../../domain/ordered.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import { NO_SEVERITY } from '../../domain/severity.ts';
import type { Unplaced } from '../../pagination/core/partition.ts';
import { cutRows } from './rows.ts';
import type { Rows } from './rows.ts';
import { withStandIns } from './stand-ins.ts';
import type { StandInOptions } from './stand-ins.ts';

/** A stand-in line that keeps the place of an unreadable row. */
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

/** A line with the id of its row at the vendor, which becomes its tie-break; empty if rows have no ids. */
export interface LogRow extends LogEntry {
  readonly logId: string;
}

/**
 * The rows of a native page of a log, with a stand-in for each row that cannot be read, and marks on rows that were cut.
 * `nameOf`: what a cut row is called. Default: its id.
 */
export function logRows(
  { data, odd }: Rows<Unplaced<LogRow>>,
  cutTo: number | null,
  page: Pick<StandInOptions<Unplaced<LogRow>>, 'source' | 'order' | 'isLast'>,
  nameOf = (row: Unplaced<LogRow>): string => row.logId,
): readonly Unplaced<LogRow>[] {
  return withStandIns<Unplaced<LogRow>>(
    { data: cutRows(data, cutTo, nameOf), odd },
    {
      ...page,
      idOf: (row) => row.logId,
      standIn: (time, logId, unreadable) => ({ ...standInEntry(time, unreadable), logId }),
    },
  );
}
