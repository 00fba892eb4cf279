import { severityOf } from '../domain/severity.ts';
import type { LogSeverity } from '../domain/severity.ts';
import type { LogNode } from '../federation/api.ts';

/** One log line for programs, with the message as the vendor sent it. */
export interface LogRecord extends Pick<
  LogNode,
  'id' | 'source' | 'timestamp' | 'message' | 'exceptions' | 'attributes'
> {
  readonly job: string;
  readonly attempt: string | null;
  readonly step: string | null;
  readonly task: string | null;
  readonly severity: LogSeverity;
  readonly severityNumber: number;
  readonly severityText: string | null;
}

export function recordOf(entry: LogNode): LogRecord {
  const { id, source, jobKey, attemptKey, stepKey, taskKey, timestamp, severity, message, exceptions, attributes } =
    entry;
  return {
    id,
    source,
    job: jobKey,
    attempt: attemptKey,
    step: stepKey,
    task: taskKey,
    timestamp,
    severity: severityOf(severity.number),
    severityNumber: severity.number,
    severityText: severity.text,
    message,
    exceptions,
    attributes,
  };
}
