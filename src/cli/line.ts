import { formatJob } from './job-reference.ts';
import type { LineRecordFragment } from './graph/generated/graphql.ts';
import type { JsonObject } from '../domain/json.ts';
import { terminalCell, terminalJson, terminalText } from '../domain/terminal-text.ts';
import type { LogRecord } from '../export/record.ts';

/** One entry for people: time, severity, where it is from when there are several jobs, message without terminal escapes. */
export function formatLine(line: LineRecordFragment, showJob: boolean): string {
  const { timestamp, severity, message, source, job } = recordOf(line);
  const parts = [
    timestamp,
    (severity === 'UNSPECIFIED' ? '-' : severity).padEnd(5),
    ...(showJob ? [terminalCell(formatJob({ source, key: job }))] : []),
    terminalText(message),
  ];
  return `${parts.join(' ')}\n`;
}

/** One entry for programs: a JSON object on a line, with the message as it came. As an export has it. */
export function formatRecord(line: LineRecordFragment): string {
  return `${terminalJson(recordOf(line))}\n`;
}

function recordOf({ job, attempt, step, task, attributes, ...line }: LineRecordFragment): LogRecord {
  return {
    id: line.id,
    // What a line says of its job without a call is always there.
    source: job?.source.name ?? '',
    job: job?.key ?? '',
    attempt: attempt?.key ?? null,
    step: step?.key ?? null,
    task: task?.key ?? null,
    timestamp: line.timestamp,
    severity: line.severity,
    severityNumber: line.severityNumber,
    severityText: line.severityText,
    message: line.message,
    exceptions: line.exceptions,
    // The graph's scalar for it has no shape.
    attributes: attributes as JsonObject | null,
  };
}
