import fc from 'fast-check';
import { expect } from 'vitest';
import { TributaryError } from '../../../src/domain/errors.ts';
import type { LogNode, SourceFailure } from '../../../src/federation/api.ts';
import type { Fault } from '../../../src/sandbox/types.ts';
import type { Line } from './bed.ts';
import { lineArbitrary, sizeArbitrary } from './draw.ts';
import { readWhole, rowsOf } from './oracle.ts';
import type { Row, World } from './oracle.ts';
import { onReplica } from './served-bed.ts';
import type { ServedBed } from './served-bed.ts';

/** What happens while pages are read: lines come between any two native calls, and calls fail. */
export interface Storm {
  readonly sizes: readonly number[];
  /** Written before one native call after the other is answered. */
  readonly written: readonly (readonly Line[])[];
  readonly late: boolean;
  /** What happens to one call of each page. */
  readonly faults: readonly (Fault['what'] | null)[];
  readonly descending: boolean;
  readonly back: boolean;
}

/** Each of them passes with the first retry. */
const FAULTS: readonly Fault['what'][] = [
  { do: 'status', status: 500, body: 'down', headers: { 'content-type': 'text/plain' } },
  { do: 'reset' },
  { do: 'cut', after: 0.5 },
  { do: 'delay', milliseconds: 2 },
];

export const stormArbitrary: fc.Arbitrary<Storm> = fc.record({
  sizes: fc.array(sizeArbitrary, { minLength: 1, maxLength: 5 }),
  written: fc.array(fc.array(lineArbitrary, { maxLength: 2 }), { minLength: 1, maxLength: 16 }),
  late: fc.boolean(),
  faults: fc.array(fc.option(fc.constantFrom(...FAULTS)), { minLength: 1, maxLength: 5 }),
  descending: fc.boolean(),
  back: fc.boolean(),
});

/** How often a page is asked for: what is wrong passes, and so do lines that come while one instant is read. */
const PATIENCE = 10;

async function patiently<T extends object>(ask: () => Promise<T | readonly SourceFailure[]>): Promise<T> {
  let failures: readonly SourceFailure[] = [];
  for (let attempt = 0; attempt < PATIENCE; attempt += 1) {
    const answer = await ask().catch((error: unknown) => {
      if (error instanceof TributaryError && error.code === 'SOURCE_UNAVAILABLE') return [];
      throw error;
    });
    // The page has everything but the list of failures.
    if (!Array.isArray(answer)) return answer as T;
    failures = answer;
  }
  throw new Error(`The page never came: ${JSON.stringify(failures)}`);
}

const MOST_PAGES = 600;
/** Later than any line that is there at first. */
const LATER = 40;

/**
 * Walks one job's log in one direction while lines are written between the native calls of one page and
 * calls fail, so that of two native pages that are asked for side by side the second may be the older one.
 * What was there before comes, once and in order.
 */
export async function walkThroughStorm(
  served: ServedBed,
  world: World & { readonly key: string },
  { sizes, written, late, faults, descending, back }: Storm,
): Promise<void> {
  const { key, scopes, beds } = world;
  const initial = await readWhole(world);
  const rows: Row[] = [...world.expected];
  let call = 0;
  served.beforeLogs(() => {
    const lines = written[call] ?? [];
    call += 1;
    const placed = late ? lines : lines.map((line) => ({ ...line, slot: line.slot + LATER * call }));
    rows.push(...rowsOf(served.source, key, served.instance.write(key, placed)));
  });
  const seen: LogNode[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const size = sizes[page % sizes.length] ?? 1;
    const what = faults[page % faults.length] ?? null;
    if (what !== null) served.server.inject({ kinds: ['logs'], times: 1, what });
    const args = back ? { last: size, before: cursor, descending } : { first: size, after: cursor, descending };
    const { edges, info } = await patiently(() =>
      onReplica(beds, async ({ federation }, asked) => {
        const connection = federation.logs(scopes, args, asked);
        const failures = await connection.failures();
        if (failures.length > 0) return failures;
        return { edges: await connection.edges(), info: await connection.pageInfo() };
      }),
    );
    const nodes = edges.map(({ node }) => node);
    seen.push(...(back ? nodes.reverse() : nodes));
    cursor = (back ? info.startCursor : info.endCursor) ?? cursor;
    if (!(back ? info.hasPreviousPage : info.hasNextPage)) break;
  }
  served.beforeLogs(null);
  served.server.clearFaults();
  const whole = await readWhole({ ...world, expected: rows });
  const places = new Map(whole.map(({ id }, index) => [id, index]));
  const walked = seen.map(({ id }) => places.get(id) ?? -1);
  const sign = descending === back ? 1 : -1;
  expect(walked).toEqual([...new Set(walked)].sort((a, b) => sign * (a - b)));
  expect(walked).not.toContain(-1);
  const ids = new Set(seen.map(({ id }) => id));
  expect(initial.filter(({ id }) => !ids.has(id))).toEqual([]);
}
