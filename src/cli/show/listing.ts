import { formatOf } from './output-choice.ts';
import type { OutputFormat, OutputOptions } from './output-choice.ts';
import { painterOf, paintStatus } from './paint.ts';
import type { ColorOptions } from './paint.ts';
import { formatTable } from './table.ts';
import type { Surroundings } from '../surroundings.ts';
import { plainName, terminalJson } from '../../domain/terminal-text.ts';
import { csvLine } from '../../export/csv.ts';

/** The width that a table for people fits into. */
export const TERMINAL_COLUMNS = 80;

/** A column of a table for people. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** True: shown only with `-o wide`. */
  readonly isWide?: boolean;
}

/** The content of a listing, for people and for programs. */
export interface Listing<Row> {
  readonly rows: readonly Row[];
  /** The last column is cut if `width` is too small. */
  readonly columns: readonly Column<Row>[];
  readonly width?: number;
  /** A row as an object for programs. Its members are the columns of CSV. */
  readonly record: (row: Row) => object;
  /** The content of `-o json`, if it is more than the list of records. */
  readonly document?: unknown;
  /** The format that `--json` means. */
  readonly json?: OutputFormat;
}

export interface ListingOptions extends OutputOptions, ColorOptions {}

/** Formats a listing as the options ask. */
export function formatListing<Row>(listing: Listing<Row>, options: ListingOptions, surroundings: Surroundings): string {
  const { rows, record } = listing;
  const format = formatOf(options, { json: listing.json ?? 'json' });
  if (format === 'json') return `${terminalJson(listing.document ?? rows.map(record), 2)}\n`;
  if (format === 'ndjson') return rows.map((row) => `${terminalJson(record(row))}\n`).join('');
  if (format === 'csv') return formatCsv(rows.map((row) => Object.entries(record(row))));
  const paint = painterOf(options, surroundings);
  const columns = listing.columns.filter(({ isWide = false }) => format === 'wide' || !isWide);
  return formatTable(
    columns.map(({ title }) => title),
    rows.map((row) => columns.map(({ cell }) => cell(row))),
    format === 'wide' ? Infinity : listing.width,
    (cell, row) => (row === 0 ? paint(['bold'], cell) : paintStatus(cell, paint)),
  );
}

/** CSV of records. Empty without rows, because the columns come from the rows. */
function formatCsv(records: readonly (readonly [name: string, value: unknown])[][]): string {
  const names = [...new Set(records.flatMap((entries) => entries.map(([name]) => name)))];
  if (names.length === 0) return '';
  const rows = records.map((entries) => {
    const values = new Map(entries);
    return csvLine(names.map((name) => csvValue(values.get(name))));
  });
  return csvLine(names) + rows.join('');
}

function csvValue(value: unknown): string | number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? plainName(value) : terminalJson(value);
}
