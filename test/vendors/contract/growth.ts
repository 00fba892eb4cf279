import fc from 'fast-check';
import { expect } from 'vitest';
import type { LogNode } from '../../../src/federation/api.ts';
import type { Line } from './bed.ts';
import { lineArbitrary, sizeArbitrary } from './draw.ts';
import { readWhole, rowOf, rowsOf, textOf } from './oracle.ts';
import type { Row, World } from './oracle.ts';
import { onReplica } from './served-bed.ts';
import type { ServedBed } from './served-bed.ts';

/** A page of a walk, and the lines that are written after it: anywhere, or behind all that there are. */
export interface Turn {
  readonly size: number;
  readonly written: readonly Line[];
  readonly late: boolean;
}

export const turnsArbitrary: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.record({ size: sizeArbitrary, written: fc.array(lineArbitrary, { maxLength: 4 }), late: fc.boolean() }),
  { minLength: 1, maxLength: 6 },
);

const MOST_PAGES = 600;
/** Later than any line that is there at first. */
const LATER = 40;

/**
 * Walks one job's log in one direction, by pages of changing sizes, each on a replica that has just started, while
 * lines are written. At the end of the log it goes on from its position as long as lines are written.
 */
export async function walkWhileGrowing(
  served: ServedBed,
  world: World & { readonly key: string },
  turns: readonly Turn[],
  { descending, back }: { readonly descending: boolean; readonly back: boolean },
): Promise<void> {
  const { key, scopes, beds } = world;
  const initial = await readWhole(world);
  const sign = descending === back ? 1n : -1n;
  const written: Row[] = [...world.expected];
  // Everything ahead of the walk when it was written has to come.
  const due: Row[] = [...world.expected];
  const seen: LogNode[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const turn = turns[page];
    const size = turns[page % turns.length]?.size ?? 1;
    const args = back ? { last: size, before: cursor, descending } : { first: size, after: cursor, descending };
    const { edges, info } = await onReplica(beds, async ({ federation }, call) => {
      const connection = federation.logs(scopes, args, call);
      const edges = await connection.edges();
      expect(await connection.failures()).toEqual([]);
      return { edges, info: await connection.pageInfo() };
    });
    const nodes = edges.map(({ node }) => node);
    seen.push(...(back ? nodes.reverse() : nodes));
    cursor = (back ? info.startCursor : info.endCursor) ?? cursor;
    const more = back ? info.hasPreviousPage : info.hasNextPage;
    if (!more && turn === undefined) break;
    if (turn === undefined) continue;
    const lines = turn.late
      ? turn.written
      : turn.written.map((line) => ({ ...line, slot: line.slot + LATER * (page + 1) }));
    const rows = rowsOf(served.source, key, served.instance.write(key, lines));
    const at = seen.at(-1)?.time;
    written.push(...rows);
    due.push(...rows.filter(({ time }) => at === undefined || (time - at) * sign > 0n));
  }
  const whole = await readWhole({ ...world, expected: written });
  const places = new Map(whole.map(({ id }, index) => [id, index]));
  const walked = seen.map(({ id }) => places.get(id) ?? -1);
  // Each of them once, in the order of the log as it is in the end.
  const sorted = [...new Set(walked)].sort((a, b) => Number(sign) * (a - b));
  expect(walked).toEqual(sorted);
  expect(walked).not.toContain(-1);
  const ids = new Set(seen.map(({ id }) => id));
  expect(initial.filter(({ id }) => !ids.has(id))).toEqual([]);
  expect(
    missing(
      due.map(textOf),
      seen.map((node) => textOf(rowOf(node))),
    ),
  ).toEqual([]);
}

/** The members of one multiset that the other one lacks. */
function missing(wanted: readonly string[], there: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const text of there) left.set(text, (left.get(text) ?? 0) + 1);
  return wanted.filter((text) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}
