import { shownText } from '../domain/ansi.ts';
import { writeJson } from '../domain/json.ts';
import { terminalCell, terminalJson, terminalText } from '../domain/terminal-text.ts';
import { csvLine } from './csv.ts';
import type { LogRecord } from './record.ts';
import type { ExportEnd } from './walk.ts';

/** How lines are written down. The last line says how the export ended; no line of a log can look like it. */
export interface ExportFormat {
  readonly mediaType: string;
  readonly extension: string;
  /** What comes before the first line. Left out where an export goes on. */
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

/** What the last line of a CSV file has for a timestamp. */
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
      // Keys are shown as text, too: the id is what names a line exactly.
      return csvLine(COLUMNS.map((name) => shownCell(cells[name])));
    },
    end: (end) =>
      csvLine(COLUMNS.map((name) => (name === 'timestamp' ? CSV_END : name === 'message' ? writeJson(end) : null))),
  },
  text: {
    mediaType: 'text/plain; charset=utf-8',
    extension: 'log',
    head: '',
    // Only the beginning of a line of the log stands at the left.
    line: ({ timestamp, severity, source, job, message }) =>
      `${timestamp} ${(severity === 'UNSPECIFIED' ? '-' : severity).padEnd(5)} ${terminalCell(`${source}:${job}`)} ${terminalText(message)}\n`,
    end: (end) => `# export ${end.status}: ${writeJson(end)}\n`,
  },
};

function shownCell(value: string | number | null): string | number | null {
  return typeof value === 'string' ? shownText(value) : value;
}
