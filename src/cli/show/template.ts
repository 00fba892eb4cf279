import { Misuse } from '../options/misuse.ts';
import { terminalCell, terminalJson } from '../../domain/terminal-text.ts';
import { suggestionFor } from '../../domain/suggestion.ts';
import type { LogRecord } from '../../export/record.ts';

/** Fields that a template may name, in addition to `attributes.NAME`. */
const FIELDS = [
  'timestamp',
  'severity',
  'severityNumber',
  'severityText',
  'source',
  'job',
  'attempt',
  'step',
  'task',
  'message',
  'exceptions',
  'attributes',
  'id',
] as const satisfies readonly (keyof LogRecord)[];

type Field = (typeof FIELDS)[number];

/** Formats the fields that need special formatting. */
export interface FieldWriters {
  readonly time: (time: string) => string;
  readonly message: (message: string) => string;
}

const PLACE = /\{\{\s*\.?([\w.-]+)\s*\}\}/;
const ESCAPES: Readonly<Record<string, string>> = { '\\n': '\n', '\\t': '\t', '\\\\': '\\' };

/** Reads a template such as `{{timestamp}} {{job}}: {{message}}`. Throws `Misuse` for an unknown name. */
export function parseTemplate(template: string): (record: LogRecord, writers: FieldWriters) => string {
  // Text and names alternate, because the pattern has one group.
  const parts = template.split(PLACE).map((part, index) => (index % 2 === 0 ? unescape(part) : placeOf(part)));
  return (record, writers) =>
    `${parts.map((part) => (typeof part === 'string' ? part : part(record, writers))).join('')}\n`;
}

function unescape(text: string): string {
  return text.replaceAll(/\\[nt\\]/g, (escape) => ESCAPES[escape] ?? escape);
}

function placeOf(name: string): (record: LogRecord, writers: FieldWriters) => string {
  if (name.startsWith('attributes.')) {
    const path = name.slice('attributes.'.length);
    return ({ attributes }) => formatValue(valueAt(attributes, path));
  }
  const field = FIELDS.find((known) => known.toLowerCase() === name.toLowerCase());
  if (field === undefined) {
    const meant = suggestionFor(name, FIELDS);
    const hint = meant === null ? '' : ` Did you mean {{${meant}}}?`;
    throw new Misuse(`--template has no {{${name}}}: there are ${FIELDS.join(', ')}, and attributes.NAME.${hint}`);
  }
  return (record, writers) => formatField(field, record, writers);
}

function formatField(field: Field, record: LogRecord, { time, message }: FieldWriters): string {
  if (field === 'timestamp') return time(record.timestamp);
  return field === 'message' ? message(record.message) : formatValue(record[field]);
}

/** A member by its whole name, or by a path of names separated by dots. */
function valueAt(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null) return null;
  if (Object.hasOwn(value, path)) return (value as Record<string, unknown>)[path];
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0 || !Object.hasOwn(value, first)) return null;
  return valueAt((value as Record<string, unknown>)[first], rest.join('.'));
}

function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? terminalCell(value) : terminalJson(value);
}
