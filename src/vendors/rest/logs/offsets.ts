import type { Call } from '../../../domain/call.ts';
import type { Partition, RowCounts } from '../../../pagination/core/partition.ts';
import { SEVERITY_FIELDS, severityPasses } from '../../../domain/log-filter.ts';
import type { LogFilter } from '../../../domain/log-filter.ts';
import { offsetCounts } from '../../../pagination/offset/counts.ts';
import { offsetPartition } from '../../../pagination/offset/offset.ts';
import type { OffsetPage, OffsetRequest } from '../../../pagination/offset/page.ts';
import { appliesAll } from '../../shared/applied.ts';
import { pageOrEnd } from '../api.ts';
import type { Parameters } from '../api.ts';
import type { Bound, LogPaging } from '../description/paging-options.ts';
import { TIME_FORMATS } from '../facts.ts';
import { timeText } from '../description/times.ts';
import type { Rounding } from '../description/times.ts';
import type { LogRow } from '../../shared/entries.ts';
import type { WirePage } from '../wire.ts';
import { fetchPage, ordersOf } from './page.ts';
import type { NativeLog } from './page.ts';

type OffsetPaging = Extract<LogPaging, { scheme: 'offset' }>;

const NOTHING = { rows: [], total: null, limit: null, said: false } as const;

/** Pages by the number of rows to skip. */
export function offsetLog(log: NativeLog<OffsetPaging>): Partition<LogRow> {
  const { http, options, paging, sizes, job } = log;
  const fetch = pagesOf(log);
  return offsetPartition<LogRow>({
    key: '',
    source: http.source,
    size: sizes.of(job),
    identity: { by: 'id', of: (row) => row.logId },
    orders: ordersOf(options),
    tieOrdered: () => false,
    timeFilter: () => paging.since !== undefined && paging.until !== undefined,
    fetch: (request, call) =>
      pageOrEnd(request.offset === 0, (isFirst) => fetch(isFirst ? { ...request, offset: 0 } : request, call), NOTHING),
  });
}

/** Counts lines by time, if the source bounds, counts and filters by all that is asked for. */
export function offsetLogCounts(log: NativeLog<OffsetPaging>, filter: LogFilter): RowCounts | undefined {
  const { options, paging, filters } = log;
  const { since, until, total } = paging;
  if (since === undefined || until === undefined || total === undefined) return undefined;
  // How exactly the source compares texts is unknown, so it counts no lines of a filter by anything but severity.
  if (!appliesAll(filter, SEVERITY_FIELDS)) return undefined;
  const asksSeverity = SEVERITY_FIELDS.some((field) => filter[field] !== undefined);
  if (asksSeverity && filters.every(([, value]) => value === undefined)) return undefined;
  const ticks = [since, until].map(({ format }) => TIME_FORMATS[format]);
  return offsetCounts<LogRow>({
    tick: ticks.reduce((most, tick) => (tick > most ? tick : most)),
    orders: ordersOf(options),
    fetch: pagesOf(log),
    passes: ({ severity }) => severityPasses(severity.number, filter),
  });
}

function pagesOf(log: NativeLog<OffsetPaging>): (request: OffsetRequest, call: Call) => Promise<OffsetPage<LogRow>> {
  const { paging, sizes, job } = log;
  const size = sizes.of(job);
  return async (request, call) => {
    const { order, offset, limit } = request;
    const isLast = (page: WirePage<unknown>): boolean => {
      const count = page.data.length + page.odd.length;
      if (page.more !== null) return !page.more;
      return page.total === null ? count < limit : offset + count >= page.total;
    };
    const parameters = [[paging.parameter, offset + paging.first] as const, ...boundsOf(request, paging)];
    const start = request.since === undefined && request.upTo === undefined ? offset : null;
    const asked = { order, limit, parameters, isLeast: limit <= size.least, isFirst: start === 0, start, isLast };
    const page = await fetchPage(log, asked, call);
    return { rows: page.rows, total: page.total, said: page.more, limit: null };
  };
}

function boundsOf({ since, upTo }: OffsetRequest, paging: OffsetPaging): Parameters {
  return [boundOf(paging.since, since, 'down'), boundOf(paging.until, upTo, 'up')].flat();
}

/** The reader's bounds are inclusive, so a bound that the source treats as exclusive is moved outwards by a tick. */
function boundOf(bound: Bound | undefined, time: bigint | undefined, rounding: Rounding): Parameters {
  if (bound === undefined || time === undefined) return [];
  const tick = bound.exclusive ? TIME_FORMATS[bound.format] : 0n;
  return [[bound.parameter, timeText(rounding === 'down' ? time - tick : time + tick, bound.format, rounding)]];
}
