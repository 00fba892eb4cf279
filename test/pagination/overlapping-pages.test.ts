import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { TributaryError } from '../../src/domain/errors.ts';
import type { Ordered } from '../../src/domain/ordered.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import { pageTokenPartition } from '../../src/pagination/page-token/page-token.ts';
import type { Partition, Unplaced } from '../../src/pagination/core/partition.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

interface Line extends Ordered {
  readonly text: string;
}

interface Log {
  readonly lines: readonly Unplaced<Line>[];
  /** Rows on a page, whatever is asked for above that. */
  readonly cap: number;
  /** How many of the last rows of the page before each page begins with. */
  readonly overlap: number;
}

/** Lines in groups of one instant, up to a third of a page; lines of a group may say the same. */
const log: fc.Arbitrary<Log> = fc.record({
  lines: fc
    .array(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 6 }), {
      minLength: 1,
      maxLength: 60,
    })
    .map((groups) => groups.flatMap((group, time) => group.map((text) => ({ time: BigInt(time), text })))),
  cap: fc.integer({ min: 20, max: 40 }),
  overlap: fc.constantFrom(0, 0, 1, 2, 3, 5),
});

function partitionOf({ lines, cap, overlap }: Log): { partition: Partition<Line>; calls: () => number } {
  let calls = 0;
  const partition = pageTokenPartition<Line>({
    key: '',
    source: 'made-up',
    size: new PageSize(50),
    identity: { by: 'content', of: ({ text }) => [text] },
    maxWalk: 50,
    isTokenRefused: () => false,
    address: { pageOf: (token) => Number(token.slice(1)), tokenOf: (page) => `p${page}` },
    fetch(token, limit) {
      calls += 1;
      const rows = Math.min(limit, cap);
      const page = token === null ? 1 : Number(token.slice(1));
      const start = (page - 1) * rows;
      const shown = start >= lines.length ? [] : lines.slice(Math.max(0, start - overlap), start + rows);
      const next = start + rows < lines.length ? `p${page + 1}` : null;
      return Promise.resolve({ rows: shown.map((line) => ({ ...line })), next, total: lines.length });
    },
  });
  return { partition, calls: () => calls };
}

const nameOf = ({ time, text }: Unplaced<Line>): string => `${time} ${text}`;

function messageOf(error: unknown): string {
  if (error instanceof TributaryError) return error.message;
  throw error;
}

function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

test('pages that repeat the last rows of the page before give no line twice, but identical rows are all given', async () => {
  await fc.assert(
    fc.asyncProperty(log, fc.constantFrom('forward' as const, 'backward' as const), async (made, direction) => {
      const { partition, calls } = partitionOf(made);
      const got: string[] = [];
      const said: string[] = [];
      const request = { direction, from: null, until: null, hint: null, need: 1_000 };
      try {
        for await (const { rows, truncated } of partition.read(request, createCall())) {
          got.push(...rowsOf({ rows }).map(nameOf));
          if (truncated !== undefined) said.push(truncated);
        }
      } catch (error) {
        said.push(messageOf(error));
      }
      const there = counted(made.lines.map(nameOf));
      for (const [name, count] of counted(got)) expect(count, name).toBeLessThanOrEqual(there.get(name) ?? 0);
      if (made.overlap === 0) expect(said).toEqual([]);
      if (said.length === 0) expect(got).toHaveLength(made.lines.length);
      expect(calls()).toBeLessThan(300);
    }),
    { numRuns: 500 },
  );
});
