import type { LogEntry, LogException } from '../../domain/log-entry.ts';
import { NO_SEVERITY, severityNumberOfWord } from '../../domain/severity.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Unplaced } from '../../pagination/partition.ts';
import { redact } from './redaction.ts';
import type { WirePipelineLog } from './wire.ts';

/** A log entry that still knows the vendor's id of it, which becomes its tie-break. */
export interface LogRow extends LogEntry {
  readonly logId: string;
}

export function rowOf(log: WirePipelineLog): Unplaced<LogRow> {
  return {
    logId: log.log_id,
    time: log.logged_at.nanoseconds,
    timestamp: log.logged_at.text,
    severity: severityOfLevel(log.level),
    message: log.message,
    exceptions: (log.exceptions ?? []).map(exceptionOf),
    attributes: log.extra_fields ? redact(log.extra_fields) : null,
    attemptKey: null,
    stepKey: log.origin ?? null,
    taskKey: null,
  };
}

/** A level is free text: lowercase in pipeline logs, uppercase elsewhere, and a word that nobody knows stays as it is with number 0. */
function severityOfLevel(level: string | null | undefined): Severity {
  if (level === null || level === undefined || level === '') return NO_SEVERITY;
  return { number: severityNumberOfWord(level), text: level, source: 'VENDOR' };
}

function exceptionOf(exception: NonNullable<WirePipelineLog['exceptions']>[number]): LogException {
  return {
    type: exception.type,
    message: exception.value ?? null,
    frames: (exception.trace ?? []).map((frame) => ({
      file: frame.filename ?? null,
      line: frame.line_number ?? null,
      function: frame.name ?? null,
    })),
  };
}
