import { formatJob } from './job-reference.ts';
import { terminalCell, terminalJson, terminalText } from './terminal-text.ts';
import { severityOf } from '../domain/severity.ts';
import type { LogNode } from '../federation/api.ts';

/** One entry for people: time, severity, where it is from when there are several jobs, message without terminal escapes. */
export function formatLine(entry: LogNode, showJob: boolean): string {
  const severity = severityOf(entry.severity.number);
  const parts = [
    entry.timestamp,
    (severity === 'UNSPECIFIED' ? '-' : severity).padEnd(5),
    ...(showJob ? [terminalCell(formatJob({ source: entry.source, key: entry.jobKey }))] : []),
    terminalText(entry.message),
  ];
  return `${parts.join(' ')}\n`;
}

/** One entry for programs: a JSON object on a line, with the message as it came. */
export function formatRecord(entry: LogNode): string {
  const { id, source, jobKey, attemptKey, stepKey, taskKey, timestamp, severity, message, exceptions, attributes } =
    entry;
  return `${terminalJson({
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
  })}\n`;
}
