import type { SandboxReply } from '../types.ts';
import { readSelect, wholeNumberOr } from './list-query.ts';
import type { ListQuery } from './list-query.ts';
import type { Sequence } from './sequence.ts';
import type { SoftwareOneSettings } from './settings.ts';

/** One page of rows in the envelope of every list; only the page's own rows are read. */
export function listReply(
  rows: Sequence<object>,
  query: ListQuery,
  properties: readonly string[],
  settings: SoftwareOneSettings,
): SandboxReply {
  const shown = readSelect(query.select, properties, ['audit']);
  const limit = Math.min(wholeNumberOr(query.limit, settings.defaultLimit), settings.maxLimit);
  const offset = wholeNumberOr(query.offset, 0);
  const data: object[] = [];
  for (let index = offset; index < Math.min(rows.length, offset + limit); index += 1) {
    data.push(only(rows.at(index), shown));
  }
  const pagination = { offset, limit, total: settings.totals ? rows.length : null };
  const omitted = properties.filter((name) => !shown.has(name));
  return { status: 200, body: { $meta: { pagination, omitted }, data } };
}

/** The object with its shown properties only. */
export function only(row: object, shown: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => shown.has(name)));
}
