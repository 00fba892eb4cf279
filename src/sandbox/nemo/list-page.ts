import { moreSaid, totalSaid } from '../doubts.ts';
import type { SandboxReply } from '../types.ts';
import type { Doubts } from '../doubts.ts';
import { failure, integerParameter, invalidParameter } from './replies.ts';

export interface ListOptions<T> {
  readonly pageSize: number;
  readonly sort: string;
  /** The possible sort keys. */
  readonly sortKeys: Readonly<Record<string, (row: T) => bigint | string>>;
  /** Filters that the store applies before paging, and filters that are applied to the resulting page. */
  readonly storeFilters: Readonly<Record<string, (row: T) => string>>;
  readonly pageFilters: Readonly<Record<string, (row: T) => string>>;
  readonly body: (row: T) => unknown;
  readonly doubts: Readonly<Doubts>;
}

/** A list with page numbers and a `pagination` block, whose counts ignore page filters. */
export function listPage<T>(rows: readonly T[], query: URLSearchParams, options: ListOptions<T>): SandboxReply {
  const page = integerParameter(query, 'page', { fallback: 1, above: 0 });
  if (typeof page !== 'number') return page;
  const size = integerParameter(query, 'page_size', { fallback: options.pageSize, above: 0, most: 1000 });
  if (typeof size !== 'number') return size;
  const sort = query.get('sort') ?? options.sort;
  const sortKey = options.sortKeys[sort.replace(/^-/, '')];
  if (sortKey === undefined) return refusedSort(sort, Object.keys(options.sortKeys));
  const filter = readFilter(query, options);
  if (filter === null) return failure(422, 'Invalid filter field');

  const found = rows.filter((row) => passes(row, filter, options.storeFilters));
  found.sort((a, b) => compare(sortKey(a), sortKey(b)) * (sort.startsWith('-') ? -1 : 1));
  const { doubts } = options;
  const cut = Math.min(size, doubts.rowsPerPage);
  const start = doubts.ignoresPlace ? 0 : (page - 1) * cut;
  const data = found
    .slice(start, start + cut)
    .filter((row) => passes(row, filter, options.pageFilters))
    .map(options.body);
  const total = totalSaid(doubts.total, { all: found.length, start, onPage: data.length });
  const isMore = moreSaid(doubts.more, start + cut < found.length);
  const pages = total === null ? null : Math.ceil(total / size);
  const pagination = {
    page,
    page_size: size,
    current_page_size: data.length,
    // Clients learn from the number of pages whether there is more.
    total_pages: doubts.more === 'honest' ? pages : isMore === undefined ? undefined : isMore ? page + 1 : page,
    total_results: total,
  };
  const echoed = Object.fromEntries([...filter].map(([name, values]) => [name, values.join(',')]));
  return { status: 200, body: { data, pagination, sort, ...(filter.size === 0 ? {} : { filter: echoed }) } };
}

/** `filter={"name":{"$in":[…]}}`, or `filter[name]=a,b`, possibly repeated; null if a name cannot be filtered. */
function readFilter<T>(query: URLSearchParams, options: ListOptions<T>): Map<string, string[]> | null {
  const filter = new Map<string, string[]>();
  const json = query.get('filter');
  if (json !== null) {
    const conditions = JSON.parse(json) as Readonly<Record<string, { readonly $in: string[] }>>;
    for (const [name, { $in }] of Object.entries(conditions)) {
      if (!Object.hasOwn(options.storeFilters, name)) return null;
      filter.set(name, $in);
    }
  }
  for (const [parameter, value] of query) {
    const name = /^filter\[(.*)\]$/.exec(parameter)?.[1];
    if (name === undefined) continue;
    if (!Object.hasOwn(options.storeFilters, name) && !Object.hasOwn(options.pageFilters, name)) return null;
    filter.set(name, [...(filter.get(name) ?? []), ...value.split(',')]);
  }
  return filter;
}

function passes<T>(
  row: T,
  filter: ReadonlyMap<string, readonly string[]>,
  fields: Readonly<Record<string, (row: T) => string>>,
): boolean {
  return Object.entries(fields).every(([name, read]) => filter.get(name)?.includes(read(row)) ?? true);
}

function refusedSort(sort: string, keys: readonly string[]): SandboxReply {
  const expected = keys.flatMap((key) => [`'${key}'`, `'-${key}'`]).join(', ');
  return invalidParameter('sort', 'enum', `Input should be ${expected}`, sort, { expected });
}

function compare(a: bigint | string, b: bigint | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
