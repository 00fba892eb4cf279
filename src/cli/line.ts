import { formatJob } from './job-reference.ts';
import { terminalCell, terminalText } from '../domain/terminal-text.ts';
import { severityOf } from '../domain/severity.ts';
import { FORMATS } from '../export/formats.ts';
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
  return FORMATS.ndjson.line(entry);
}
