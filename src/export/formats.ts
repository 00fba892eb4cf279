import { shownText } from '../domain/ansi.ts';
import { severityOf } from '../domain/severity.ts';
import type { LogNode } from '../federation/api.ts';
import { csvLine } from './csv.ts';
import { jsonLine } from './json-line.ts';
import { recordOf } from './record.ts';
import type { ExportEnd } from './walk.ts';

/** How lines are written down. The last line says how the export ended; no line of a log can look like it. */
export interface ExportFormat {
  readonly mediaType: string;
  readonly extension: string;
  /** What comes before the first line. Left out where an export goes on. */
  readonly head: string;
  line(entry: LogNode): string;
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

/** All that some reader takes for the end of a line. */
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;

export const FORMATS: Readonly<Record<ExportFormatName, ExportFormat>> = {
  ndjson: {
    mediaType: 'application/x-ndjson; charset=utf-8',
    extension: 'ndjson',
    head: '',
    line: (entry) => jsonLine(recordOf(entry)),
    end: (end) => jsonLine({ end }),
  },
  csv: {
    mediaType: 'text/csv; charset=utf-8; header=present',
    extension: 'csv',
    head: csvLine(COLUMNS),
    line(entry) {
      const { exceptions, attributes, message, ...plain } = recordOf(entry);
      const cells = {
        ...plain,
        message: shownText(message),
        exceptions: exceptions.length === 0 ? null : JSON.stringify(exceptions),
        attributes: attributes === null ? null : JSON.stringify(attributes),
      };
      return csvLine(COLUMNS.map((name) => cells[name]));
    },
    end: (end) =>
      csvLine(
        COLUMNS.map((name) => (name === 'timestamp' ? CSV_END : name === 'message' ? JSON.stringify(end) : null)),
      ),
  },
  text: {
    mediaType: 'text/plain; charset=utf-8',
    extension: 'log',
    head: '',
    line({ timestamp, severity: { number }, source, jobKey, message }) {
      const severity = severityOf(number);
      const parts = [timestamp, (severity === 'UNSPECIFIED' ? '-' : severity).padEnd(5), `${source}:${jobKey}`];
      // Only the beginning of a line of the log stands at the left.
      return `${[...parts, shownText(message)].join(' ').replace(LINE_BREAK, '\n    ')}\n`;
    },
    end: (end) => `# export ${end.status}: ${JSON.stringify(end)}\n`,
  },
};
