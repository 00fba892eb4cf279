import { totalSaid } from '../doubts.ts';
import type { SandboxReply } from '../types.ts';
import { readSelect, wholeNumberOr } from './list-query.ts';
import type { ListParameters } from './list-query.ts';
import type { Sequence } from '../sequence.ts';
import type { SoftwareOneSettings } from './settings.ts';

/**
 * One page of rows in the common envelope; only the rows of the page are read. Streamed: all current rows, one per
 * line.
 */
export function listReply(
  rows: Sequence<object>,
  query: ListParameters,
  properties: readonly string[],
  settings: SoftwareOneSettings,
): SandboxReply {
  const shown = readSelect(query.select, properties, ['audit']);
  const limit = Math.min(wholeNumberOr(query.limit, settings.defaultLimit), settings.maxLimit);
  const offset = wholeNumberOr(query.offset, 0);
  const start = settings.ignoresPlace ? 0 : offset;
  if (query.streamed) return streamReply(rowsBetween(rows, start, rows.length, shown));
  const end = Math.min(rows.length, start + Math.min(limit, settings.rowsPerPage));
  const data = rowsBetween(rows, start, end, shown);
  const total = settings.totals
    ? totalSaid(settings.total, { all: rows.length, start: offset, onPage: data.length })
    : null;
  const pagination = { offset, limit, total };
  const omitted = properties.filter((name) => !shown.has(name));
  return { status: 200, body: { $meta: { pagination, omitted }, data } };
}

function rowsBetween(
  rows: Sequence<object>,
  start: number,
  end: number,
  shown: ReadonlySet<string>,
): readonly object[] {
  const data: object[] = [];
  for (let index = start; index < end; index += 1) data.push(only(rows.at(index), shown));
  return data;
}

function streamReply(rows: readonly object[]): SandboxReply {
  const headers = { 'content-type': 'application/jsonl', 'mpt-streaming': 'true' };
  return { status: 200, headers, body: rows.map((row) => `${JSON.stringify(row)}\n`).join('') };
}

/** The object with only its shown properties. */
export function only(row: object, shown: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => shown.has(name)));
}
