import type { JsonObject } from '../../../domain/json.ts';
import type { LogEntry, LogException } from '../../../domain/log-entry.ts';
import { NO_SEVERITY, severityNumberOfWord } from '../../../domain/severity.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { Unplaced } from '../../../pagination/core/partition.ts';
import type { LogRow } from '../../shared/entries.ts';
import { attributesOf } from '../../shared/wire.ts';
import { redact } from './redaction.ts';
import type { WireException, WirePipelineLog } from '../wire.ts';

const NO_EXCEPTIONS: LogEntry['exceptions'] = [];

export function rowOf(log: WirePipelineLog): Unplaced<LogRow> {
  return {
    logId: log.log_id,
    time: log.logged_at.nanoseconds,
    timestamp: log.logged_at.text,
    severity: severityOfLevel(log.level),
    message: log.message,
    exceptions: log.exceptions.length === 0 ? NO_EXCEPTIONS : log.exceptions.map(exceptionOf),
    attributes: extraOf(log),
    attemptKey: null,
    stepKey: log.origin,
    taskKey: null,
  };
}

/** A level is free text: lowercase in pipeline logs, uppercase elsewhere. An unknown word is kept, with number 0. */
function severityOfLevel(level: string | null): Severity {
  if (level === null || level === '') return NO_SEVERITY;
  return { number: severityNumberOfWord(level), text: level, source: 'VENDOR' };
}

/** An exception without a type is kept, because its message and frames are useful. */
function exceptionOf({ type, value, trace }: WireException): LogException {
  return {
    type: type ?? '',
    message: value,
    frames: trace.map((frame) => ({ file: frame.filename, line: frame.line_number, function: frame.name })),
  };
}

/** The redacted extra fields. A value that is not an object is kept under the name `extra_fields`. */
function extraOf({ extra_fields }: WirePipelineLog): JsonObject | null {
  const fields = attributesOf(extra_fields, 'extra_fields');
  return fields === null ? null : redact(fields);
}
