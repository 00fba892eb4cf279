import type { Call } from '../../../domain/call.ts';
import type { SourceHttp } from '../../../http/client.ts';
import { contentHash } from '../../../pagination/core/identity.ts';
import type { EmptyPromise } from '../../../pagination/core/empty-promise.ts';
import type { MissingRows } from '../../../pagination/core/missing-rows.ts';
import type { PageSizes } from '../../../pagination/core/page-size.ts';
import type { Identity, Unplaced } from '../../../pagination/core/partition.ts';
import { sizeOf } from '../../shared/rows.ts';
import type { LostRows } from '../../shared/rows.ts';
import { ask } from '../api.ts';
import type { Parameters } from '../api.ts';
import type { DescribedLogs } from '../options.ts';
import type { LogPaging, PagingOrder } from '../description/paging-options.ts';
import type { Variables } from '../description/templates.ts';
import { logRows } from '../../shared/entries.ts';
import type { LogRow } from '../../shared/entries.ts';
import type { WirePage } from '../wire.ts';

export type Order = 'ascending' | 'descending';

/** The log of one job, filtered as far as the source can filter, and what is known about the source. */
export interface NativeLog<P extends LogPaging = LogPaging> {
  readonly http: SourceHttp;
  readonly options: DescribedLogs;
  readonly paging: P;
  readonly decoder: (body: unknown) => WirePage<Unplaced<LogRow>>;
  readonly job: string;
  readonly variables: Variables;
  readonly filters: Parameters;
  readonly sizes: PageSizes;
  /** Odd rows without a place among the others. */
  readonly lost: LostRows;
  readonly promise: EmptyPromise;
  readonly missing: MissingRows<LogRow>;
}

/** A page of the source, with its rows in the requested order. */
export interface DecodedPage extends Omit<WirePage<unknown>, 'data' | 'odd'> {
  readonly rows: readonly Unplaced<LogRow>[];
  /** The number of rows on the page, including odd rows. */
  readonly count: number;
}

export interface LogPageRequest {
  readonly order: Order;
  readonly parameters: Parameters;
  /** The number of rows requested; null: all. */
  readonly limit: number | null;
  /** True if no fewer rows can be requested. Then strings may be cut. */
  readonly isLeast: boolean;
  /** True for the first page, read without bounds. */
  readonly isFirst: boolean;
  /** The number of rows before the page; null: unknown, or a bound excludes some. */
  readonly start: number | null;
  /** True if no page follows. */
  readonly isLast: (page: WirePage<unknown>) => boolean;
}

export async function fetchPage(log: NativeLog, asked: LogPageRequest, call: Call): Promise<DecodedPage> {
  const { http, options, decoder, variables, filters, paging } = log;
  const { order, limit } = asked;
  const sized = 'sizeParameter' in paging ? paging.sizeParameter : undefined;
  const parameters = [
    ...asked.parameters,
    [sized, limit] as const,
    ...orderParameters(options.order, order),
    ...filters,
  ];
  const question = { variables, parameters, cutsStrings: asked.isLeast };
  const { data: page, cutTo } = await ask(http, options, question, decoder, call);
  const idOf = (row: Unplaced<LogRow>): string => (options.id === undefined ? contentHash(contentOf(row)) : row.logId);
  const own = { data: page.data.map(ownRow), odd: page.odd };
  const rows = logRows(own, cutTo, { source: http.source, order, isLast: asked.isLast(page) }, idOf);
  const { total, more, next } = page;
  const count = sizeOf(page);
  if (asked.isFirst) log.promise.see({ count, total, more });
  const isCounted = asked.isFirst || asked.start !== null;
  const isFiltered = filters.some(([, value]) => value !== undefined);
  // The count may include rows that filters and bounds exclude.
  if (!isFiltered) log.missing.see({ rows, count, total: isCounted ? total : null, start: asked.start });
  return { rows, count, total, more, next };
}

/** Copies a row, because readers share answers and add tie-breaks to their rows. */
export function ownRow(row: Unplaced<LogRow>): Unplaced<LogRow> {
  return { ...row };
}

function orderParameters(order: PagingOrder, wanted: Order): Parameters {
  return typeof order === 'string' ? [] : [[order.parameter, order[wanted]]];
}

/** The orders that the source supports. */
export function ordersOf({
  order,
}: DescribedLogs): readonly ['ascending'] | readonly ['descending'] | readonly ['ascending', 'descending'] {
  if (typeof order === 'object') return ['ascending', 'descending'];
  return order === 'ascending' ? ['ascending'] : ['descending'];
}

/** The identity of lines of one instant. */
export function identityOf({ id }: DescribedLogs): Identity<LogRow> {
  return id === undefined ? { by: 'content', of: contentOf } : { by: 'id', of: (row) => row.logId };
}

/** A row's id and its content as text, for `MissingRows`; null: rows have no ids. */
export function rowTextsOf({ id }: DescribedLogs): ConstructorParameters<typeof MissingRows<LogRow>>[0] {
  if (id === undefined) return null;
  return { idOf: (row) => row.logId, textOf: (row) => JSON.stringify(contentOf(row)) };
}

function contentOf({ message, severity, attributes }: Unplaced<LogRow>): readonly (string | null)[] {
  return [message, severity.text, attributes === null ? null : JSON.stringify(attributes)];
}
