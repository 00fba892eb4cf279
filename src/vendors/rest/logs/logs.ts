import { unknownJob } from '../../../domain/errors.ts';
import type { SourceHttp } from '../../../http/client.ts';
import { MissingRows } from '../../../pagination/core/missing-rows.ts';
import { PageSizes } from '../../../pagination/core/page-size.ts';
import type { Partition } from '../../../pagination/core/partition.ts';
import { AfterClock } from '../../../pagination/time-keyset/after-clock.ts';
import { EmptyPromise } from '../../../pagination/core/empty-promise.ts';
import { PageCap } from '../../../pagination/time-keyset/page-cap.ts';
import type { Connector, NativePagination } from '../../connector.ts';
import { refusedPartition } from '../../shared/refused-partition.ts';
import { LostRows, readable } from '../../shared/rows.ts';
import { TIME_FORMATS } from '../facts.ts';
import { variablesOf } from '../keys.ts';
import type { RestOptions } from '../options.ts';
import type { LogPaging } from '../description/paging-options.ts';
import { filterParameters } from '../pushdown.ts';
import { lineReader, pageDecoder } from '../wire.ts';
import type { LogRow } from '../../shared/entries.ts';
import { eitherOrder } from './either-order.ts';
import { namingKeys } from './naming-keys.ts';
import { offsetLog, offsetLogCounts } from './offsets.ts';
import { ordersOf, rowTextsOf } from './page.ts';
import type { NativeLog, Order } from './page.ts';
import { timeLog } from './times.ts';
import type { TimeFacts } from './times.ts';
import { numberPartition, tokenPartition } from './tokens.ts';
import { wholeLog } from './whole.ts';

/** The native pagination that clients see for each scheme. */
export const NATIVE: Readonly<Record<LogPaging['scheme'], NativePagination>> = {
  page: 'OFFSET',
  offset: 'OFFSET',
  token: 'PAGE_TOKEN',
  time: 'TIME_KEYSET',
  whole: 'WHOLE_RESPONSE',
};

/** The smallest page of a walk by time. Its pages begin with known rows, so smaller pages would make no progress. */
const LEAST_BY_TIME = 4;

/** The logs of the jobs of a source. */
export function createLogs(http: SourceHttp, { logs: options, jobs }: RestOptions): Connector['logs'] {
  const { pagination: paging } = options;
  const keyParts = [jobs.key].flat().length;
  const decoder = pageDecoder({ ...paging, items: options.items, key: 'logs.items' }, lineReader(options));
  const sizes = sizesOf(paging);
  const format = paging.scheme === 'time' ? paging.format : 'date-time';
  const facts: TimeFacts = { clock: new AfterClock(TIME_FORMATS[format]), cap: new PageCap() };

  return (scope, filter) => {
    const variables = variablesOf(scope.job, keyParts);
    const filters = filterParameters(options, scope, filter);
    if (filters === null) return Promise.resolve({ partitions: [], applied: [] });
    if (variables === null)
      return Promise.resolve({ partitions: [refusedPartition('', unknownJob(http.source, scope.job))], applied: [] });
    const lost = new LostRows();
    const promise = new EmptyPromise();
    const missing = new MissingRows<LogRow>(rowTextsOf(options));
    const { job } = scope;
    const log = { http, options, paging, decoder, job, variables, filters, sizes, lost, promise, missing };
    const partition = promise.checked(partitionOf(log, facts));
    return Promise.resolve({
      partitions: [namingKeys(http.source, missing.checked(readable(partition, lost)))],
      applied: [],
      counts: paging.scheme === 'offset' ? offsetLogCounts({ ...log, paging }, filter) : undefined,
    });
  };
}

function sizesOf(paging: LogPaging): PageSizes {
  if (paging.scheme === 'whole') return new PageSizes(1);
  const { pageSize, sizeParameter } = paging;
  const least = paging.scheme === 'time' ? Math.min(LEAST_BY_TIME, pageSize) : 1;
  return new PageSizes(pageSize, sizeParameter === undefined ? pageSize : least);
}

function partitionOf(log: NativeLog, facts: TimeFacts): Partition<LogRow> {
  const { paging, options } = log;
  switch (paging.scheme) {
    case 'page':
      return inEachOrder(ordersOf(options), (order) => numberPartition({ ...log, paging }, order));
    case 'token':
      return inEachOrder(ordersOf(options), (order) => tokenPartition({ ...log, paging }, order));
    case 'offset':
      return offsetLog({ ...log, paging });
    case 'time':
      return timeLog({ ...log, paging }, facts);
    case 'whole':
      return wholeLog(log);
  }
}

function inEachOrder(orders: readonly Order[], partition: (order: Order) => Partition<LogRow>): Partition<LogRow> {
  const [only, other] = orders.map(partition);
  if (only === undefined) throw new Error('A list has an order.');
  return other === undefined ? only : eitherOrder(only, other);
}
