import type { ExportFormatName } from './formats.ts';
import type { ExportEnd } from './walk.ts';

/** The JSON of the end within the last line of each format. */
const ENDS: Readonly<Record<ExportFormatName, RegExp>> = {
  ndjson: /^\{"end":(\{.*\})\}\n$/,
  csv: /^"#end",{7}"((?:[^"]|"")*)",*\r\n$/,
  text: /^# export [a-z]+: (\{.*\})\n$/,
};

/** How an export ended, read from its last line; null if that is another line: the export was cut off. */
export function readEnd(format: ExportFormatName, lastLine: string): ExportEnd | null {
  const [, written] = ENDS[format].exec(lastLine) ?? [];
  if (written === undefined) return null;
  try {
    const end: unknown = JSON.parse(format === 'csv' ? written.replaceAll('""', '"') : written);
    return isEnd(end) ? end : null;
  } catch {
    return null;
  }
}

function isEnd(value: unknown): value is ExportEnd {
  return (
    typeof value === 'object' &&
    value !== null &&
    'status' in value &&
    ['complete', 'truncated', 'failed'].some((status) => status === value.status) &&
    'failures' in value &&
    Array.isArray(value.failures) &&
    'cursor' in value
  );
}
