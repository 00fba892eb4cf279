import { test } from 'vitest';
import { PageSize } from '../../../src/pagination/core/page-size.ts';
import { pageTokenPartition } from '../../../src/pagination/page-token/page-token.ts';
import type { Unplaced } from '../../../src/pagination/core/partition.ts';
import type { Line } from '../fake-natives.ts';
import { bothWays, byId, copies, COUNT, holds, LAW, LIMIT, LINES, TOTALS } from './law.ts';
import type { Lie } from './law.ts';

function tokenLie(
  name: string,
  lie: {
    total?: (read: number) => number | null;
    next?: (page: number, isLast: boolean) => string | null;
    lines?: readonly Unplaced<Line>[];
    addressable?: boolean;
    ignoresToken?: boolean;
    /** How long pages are at most. */
    cap?: number;
  },
): Lie {
  const { total = () => COUNT, lines = LINES, addressable = true, ignoresToken = false, cap = LIMIT } = lie;
  const next = lie.next ?? ((page, isLast) => (isLast ? null : `p${page + 1}`));
  return {
    name: `${addressable ? 'numbers' : 'opaque'}: ${name}`,
    readable: lie.next === undefined && !ignoresToken,
    partition: (asked) =>
      pageTokenPartition<Line>({
        key: '',
        source: 'made-up',
        size: new PageSize(LIMIT),
        identity: byId,
        maxWalk: 50,
        isTokenRefused: () => false,
        ...(addressable
          ? { address: { pageOf: (token) => Number(token.slice(1)), tokenOf: (page) => `p${page}` } }
          : {}),
        fetch: (token) => {
          asked();
          const page = token === null || ignoresToken ? 1 : Number(token.slice(1));
          const rows = copies(lines.slice((page - 1) * cap, page * cap));
          return Promise.resolve({ rows, next: next(page, page * cap >= lines.length), total: total(rows.length) });
        },
      }),
  };
}

const LIES: readonly Lie[] = [
  ...[true, false].flatMap((addressable) =>
    Object.entries(TOTALS).map(([name, total]) => tokenLie(`total ${name}`, { total, addressable })),
  ),
  // A count that is too low may end exactly where a page does. Earlier pages without a next token were followed by
  // others.
  ...[5, 10, LIMIT].flatMap((cap) =>
    [COUNT - cap, COUNT - 3 * cap].map((count) => ({
      ...tokenLie(`pages of ${cap}, next page never named, total ${count}`, {
        total: () => count,
        next: () => null,
        cap,
      }),
      readable: true,
    })),
  ),
];

test.each(bothWays(LIES))(LAW, holds);
