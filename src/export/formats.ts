import { plainName, plainText, terminalCell, terminalJson, terminalText } from '../domain/terminal-text.ts';
import { csvLine } from './csv.ts';
import type { LogRecord } from './record.ts';
import type { ExportEnd } from './walk.ts';

/** An output format. The last line records how the export ended; no log line can look like it. */
export interface ExportFormat {
  readonly mediaType: string;
  readonly extension: string;
  /** The text before the first line. Left out when an export continues. */
  readonly head: string;
  line(record: LogRecord): string;
  end(end: ExportEnd): string;
}

export const EXPORT_FORMATS = ['ndjson', 'csv', 'text'] as const;
export type ExportFormatName = (typeof EXPORT_FORMATS)[number];

const COLUMNS = [
  'timestamp',
  'severity',
  'source',
  'job',
  'attempt',
  'step',
  'task',
  'message',
  'severityNumber',
  'severityText',
  'exceptions',
  'attributes',
  'id',
] as const;

/** The timestamp column of the last line of a CSV file. */
const CSV_END = '#end';

export const FORMATS: Readonly<Record<ExportFormatName, ExportFormat>> = {
  ndjson: {
    mediaType: 'application/x-ndjson; charset=utf-8',
    extension: 'ndjson',
    head: '',
    line: (record) => `${terminalJson(record)}\n`,
    end: (end) => `${terminalJson({ end })}\n`,
  },
  csv: {
    mediaType: 'text/csv; charset=utf-8; header=present',
    extension: 'csv',
    head: csvLine(COLUMNS),
    line({ exceptions, attributes, ...plain }) {
      const cells = {
        ...plain,
        exceptions: exceptions.length === 0 ? null : terminalJson(exceptions),
        attributes: attributes === null ? null : terminalJson(attributes),
      };
      // Keys are cleaned for display as well: the id identifies a line exactly.
      return csvLine(COLUMNS.map((name) => shownCell(cells[name], name === 'message' ? plainText : plainName)));
    },
    end: (end) =>
      csvLine(COLUMNS.map((name) => (name === 'timestamp' ? CSV_END : name === 'message' ? terminalJson(end) : null))),
  },
  text: {
    mediaType: 'text/plain; charset=utf-8',
    extension: 'log',
    head: '',
    // Only the first line of a multi-line message starts at the left margin.
    line: ({ timestamp, severity, source, job, message }) =>
      `${timestamp} ${(severity === 'UNSPECIFIED' ? '-' : severity).padEnd(5)} ${terminalCell(`${source}:${job}`)} ${terminalText(message)}\n`,
    end: (end) => `# export ${end.status}: ${terminalJson(end)}\n`,
  },
};

function shownCell(value: string | number | null, plain: (text: string) => string): string | number | null {
  return typeof value === 'string' ? plain(value) : value;
}
