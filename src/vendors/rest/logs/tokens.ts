import type { Call } from '../../../domain/call.ts';
import type { Partition } from '../../../pagination/core/partition.ts';
import { moreBehind } from '../../../pagination/core/page-end.ts';
import { pageTokenPartition } from '../../../pagination/page-token/page-token.ts';
import type { TokenPage } from '../../../pagination/page-token/page-token.ts';
import { isRefusal, pageOrEnd } from '../api.ts';
import type { LogPaging } from '../description/paging-options.ts';
import type { LogRow } from '../../shared/entries.ts';
import type { WirePage } from '../wire.ts';
import { fetchPage, identityOf } from './page.ts';
import type { NativeLog, Order } from './page.ts';

type TokenPaging = Extract<LogPaging, { scheme: 'token' }>;
type NumberPaging = Extract<LogPaging, { scheme: 'page' }>;

/** A log whose pages have tokens. */
export function tokenPartition(log: NativeLog<TokenPaging>, order: Order): Partition<LogRow> {
  const { http, options, paging, sizes, job } = log;
  const size = sizes.of(job);
  const nextOf = (next: string | null, count: number): string | null =>
    count === 0 && paging.emptyIsEnd ? null : tokenIn(next, paging.parameter);
  return pageTokenPartition<LogRow>({
    key: '',
    source: http.source,
    order,
    size,
    identity: identityOf(options),
    maxWalk: paging.maxWalk,
    endsUnnamed: paging.total === undefined,
    // Such sources may filter a page after they have cut it.
    mayBeEmpty: true,
    isTokenRefused: isRefusal,
    async fetch(token, limit, call) {
      const page = await fetchPage(
        log,
        {
          order,
          limit,
          parameters: [[paging.parameter, token]],
          isLeast: limit <= size.least,
          isFirst: token === null,
          start: null,
          isLast: ({ next, data, odd }) => nextOf(next, data.length + odd.length) === null,
        },
        call,
      );
      return { rows: page.rows, next: nextOf(page.next, page.count), total: page.total };
    },
  });
}

/** The token itself, or the token in a URL parameter. */
export function tokenIn(next: string | null, parameter: string): string | null {
  if (next === null || !/^(https?:\/\/|\/|\?)/.test(next)) return next;
  const query = next.slice(next.indexOf('?') + 1);
  return new URLSearchParams(query).get(parameter) ?? next;
}

const NOTHING: TokenPage<LogRow> = { rows: [], next: null, total: null };

/** A log whose pages have numbers, used as tokens. */
export function numberPartition(log: NativeLog<NumberPaging>, order: Order): Partition<LogRow> {
  const { http, options, paging, sizes, job } = log;
  const size = sizes.of(job);
  const { first } = paging;
  const numberOf = (token: string | null): number => (token === null ? first : Number(token));

  function isLast(
    page: Pick<WirePage<unknown>, 'total' | 'more'>,
    count: number,
    number: number,
    limit: number,
  ): boolean {
    if (page.more !== null) return !page.more;
    if (page.total !== null) return (number - first) * limit + count >= page.total;
    return count < limit;
  }

  async function fetch(token: string | null, limit: number, call: Call): Promise<TokenPage<LogRow>> {
    const number = numberOf(token);
    const page = await fetchPage(
      log,
      {
        order,
        limit,
        parameters: [[paging.parameter, number]],
        isLeast: limit <= size.least,
        isFirst: number === first,
        start: (number - first) * limit,
        isLast: (wire) => isLast(wire, wire.data.length + wire.odd.length, number, limit),
      },
      call,
    );
    // A short page is only one sign of the end, because the source may cap its pages silently.
    const signs = {
      start: (number - first) * limit,
      count: page.count,
      asked: limit,
      total: page.total,
      said: page.more,
    };
    const next = moreBehind(signs) === false ? null : String(number + 1);
    return { rows: page.rows, next, isNextSaid: page.more === true, total: page.total };
  }

  return pageTokenPartition<LogRow>({
    key: '',
    source: http.source,
    order,
    size,
    identity: identityOf(options),
    maxWalk: 1,
    isTokenRefused: () => false,
    fetch: (token, limit, call) =>
      pageOrEnd(numberOf(token) === first, (isFirst) => fetch(isFirst ? null : token, limit, call), NOTHING),
    address: {
      pageOf: (token) => (/^\d{1,15}$/.test(token) ? Number(token) - first + 1 : null),
      tokenOf: (page) => String(page - 1 + first),
    },
  });
}
