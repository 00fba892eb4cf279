import fc from 'fast-check';
import { expect } from 'vitest';
import type { Call } from '../../../src/domain/call.ts';
import { TributaryError } from '../../../src/domain/errors.ts';
import type { Edge, LogArguments, LogNode, PageInfo } from '../../../src/federation/api.ts';
import { decodeNodeId, entryRefOf } from '../../../src/federation/node-id.ts';
import type { Fault } from '../../../src/sandbox/types.ts';
import { sizeArbitrary } from './draw.ts';
import { rowOf } from './oracle.ts';
import type { World } from './oracle.ts';
import { onReplica } from './served-bed.ts';
import type { Replica } from './served-bed.ts';

/** One page of a walk: from where, which way, how much of it, and what goes wrong meanwhile. */
export interface Step {
  readonly size: number;
  readonly back: boolean;
  /** Where from: the far or near end of the last page, any entry seen so far, or the beginning. */
  readonly from: 'last' | 'first' | 'any' | 'nowhere';
  readonly pick: number;
  /** Bound it by another cursor as well. */
  readonly bounded: boolean;
  readonly fault: StepFault | null;
}

export interface StepFault {
  readonly bed: number;
  readonly what: Fault['what'] | 'expire';
  /** How many calls it hits at most. */
  readonly times: number;
}

const html = '<html><body>Bad gateway</body></html>';

/** Faults that pass by themselves: the source is worth another request. */
const PASSING: readonly StepFault['what'][] = [
  { do: 'status', status: 429, body: '{}', headers: { 'retry-after': '0' } },
  { do: 'status', status: 500, body: html },
  { do: 'status', status: 503, body: html },
  { do: 'reset' },
  { do: 'cut', after: 0.4 },
  { do: 'cut', after: 0.95 },
  { do: 'malformed' },
  'expire',
];

function faultsOf(whats: readonly StepFault['what'][]): fc.Arbitrary<StepFault> {
  return fc.record({
    bed: fc.nat({ max: 4 }),
    what: fc.constantFrom(...whats),
    times: fc.integer({ min: 1, max: 4 }),
  });
}

export const passingFaultArbitrary = faultsOf(PASSING);

/** A refused credential, too: a request after its renewal gets everything. */
const anyFaultArbitrary = faultsOf([...PASSING, { do: 'status', status: 401, body: '{}' }]);

export function stepsArbitrary(faults: boolean): fc.Arbitrary<readonly Step[]> {
  const step = fc.record({
    size: sizeArbitrary,
    back: fc.boolean(),
    from: fc.constantFrom<Step['from']>('last', 'last', 'last', 'first', 'any', 'nowhere'),
    pick: fc.nat(),
    bounded: fc.nat({ max: 7 }).map((number) => number === 0),
    fault: faults ? fc.option(anyFaultArbitrary, { freq: 3 }) : fc.constant(null),
  });
  return fc.array(step, { minLength: 1, maxLength: 7 });
}

interface Page {
  readonly edges: readonly Edge<LogNode>[];
  readonly info: PageInfo;
}

/**
 * Walks by random steps, each on a replica that has just started. `whole` is the log in ascending order. Wherever a
 * step begins, its page is exactly the slice of the log that follows.
 */
export async function walk(
  world: World,
  whole: readonly LogNode[],
  steps: readonly Step[],
  descending: boolean,
): Promise<void> {
  const all = descending ? [...whole].reverse() : whole;
  const known = new Map<number, string>();
  let first: number | null = null;
  let last: number | null = null;
  for (const { size, back, from, pick, bounded, fault } of steps) {
    const seen = [...known.keys()];
    const any = seen.length === 0 ? null : (seen[pick % seen.length] ?? null);
    const near: number | null = { last, first, any, nowhere: null }[from];
    const far: number | null = bounded && any !== null ? (seen[(pick >>> 3) % seen.length] ?? null) : null;
    const [nearCursor, farCursor] = [near, far].map((index) => (index === null ? null : (known.get(index) ?? null)));
    const args: LogArguments = back
      ? { last: size, before: nearCursor, after: farCursor, descending }
      : { first: size, after: nearCursor, before: farCursor, descending };
    const low: number = (back ? far : near) ?? -1;
    const high: number = (back ? near : far) ?? all.length;
    const between = all.slice(low + 1, Math.max(low + 1, high));
    const expected = back ? between.slice(-size) : between.slice(0, size);
    const { edges, info } = await patiently(world, args, fault);
    expect(edges.map(({ node }) => node.id)).toEqual(expected.map(({ id }) => id));
    expect(edges.map(({ node }) => rowOf(node))).toEqual(expected.map(rowOf));
    expect(back ? info.hasPreviousPage : info.hasNextPage).toBe(between.length > size);
    if (edges.length === 0) continue;
    expect([info.startCursor, info.endCursor]).toEqual([edges.at(0)?.cursor, edges.at(-1)?.cursor]);
    const start: number = back ? low + 1 + between.length - edges.length : low + 1;
    for (const [index, { cursor }] of edges.entries()) known.set(start + index, cursor);
    [first, last] = [start, start + edges.length - 1];
  }
}

/** How often a client asks again when a source has failed it. */
const PATIENCE = 8;

/** The page, asked for again as long as sources fail: what is wrong with them passes. */
async function patiently({ beds, scopes }: World, args: LogArguments, fault: StepFault | null): Promise<Page> {
  const remove = fault === null ? null : breakBed(beds, fault);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const page = await onReplica(beds, (replica, call) =>
        readPage(replica, call, { scopes, args }, attempt < PATIENCE && fault !== null),
      );
      if (page !== null) return page;
    }
  } finally {
    remove?.();
  }
}

async function readPage(
  { federation }: Replica,
  call: Call,
  { scopes, args }: { scopes: World['scopes']; args: LogArguments },
  mayFail: boolean,
): Promise<Page | null> {
  const connection = federation.logs(scopes, args, call);
  try {
    const edges = await connection.edges();
    const failures = await connection.failures();
    if (mayFail && failures.length > 0) return null;
    expect(failures).toEqual([]);
    return { edges, info: await connection.pageInfo() };
  } catch (error) {
    if (mayFail && error instanceof TributaryError && error.code.startsWith('SOURCE_')) return null;
    throw error;
  }
}

/** Call what it returns to end it. */
function breakBed(beds: World['beds'], { bed, what, times }: StepFault): () => void {
  const served = beds[bed % beds.length];
  if (served === undefined) throw new Error('There is no bed to break.');
  if (what !== 'expire') return served.server.inject({ what, times });
  served.instance.expire();
  return () => undefined;
}

/** That entry is found by its id alone, as it was, and with the lines around it, by replicas that have never read its log. */
export async function findById({ beds, scopes }: World, whole: readonly LogNode[], pick: number): Promise<void> {
  if (whole.length === 0) return;
  const at = pick % whole.length;
  const node = whole[at];
  const ref = node === undefined ? null : entryRefOf(decodeNodeId(node.id).keys);
  if (node === undefined || ref === null) throw new Error('The id is of no entry.');
  const found = await onReplica(beds, ({ federation }, call) => federation.entry(ref, call));
  expect(found?.id).toBe(node.id);
  expect(found === null ? null : rowOf(found)).toEqual(rowOf(node));
  const args = {
    before: pick % 7,
    after: pick % 5,
    jobs: scopes.map(({ source, scope: { job } }) => ({ source, key: job })),
  };
  const around = await onReplica(beds, async ({ federation }, call) => {
    const context = await federation.context(ref, args, call);
    return { nodes: await context.nodes(), info: await context.pageInfo() };
  });
  const [first, last] = [Math.max(0, at - args.before), at + args.after];
  expect(around.nodes.map(rowOf)).toEqual(whole.slice(first, last + 1).map(rowOf));
  expect(around.info).toMatchObject({ hasPreviousPage: first > 0, hasNextPage: last + 1 < whole.length });
}

const MOST_PAGES = 3_000;

/** Walks in one direction and goes on wherever a page ends, also when sources have failed on it. */
export async function walkThroughFailures(
  { beds, scopes }: World,
  size: number,
  faults: readonly (StepFault | null)[],
  { descending, back }: { readonly descending: boolean; readonly back: boolean },
): Promise<readonly LogNode[]> {
  const seen: LogNode[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const fault = faults[page] ?? null;
    const remove = fault === null ? null : breakBed(beds, fault);
    const args = back ? { last: size, before: cursor, descending } : { first: size, after: cursor, descending };
    const { nodes, failures, info } = await onReplica(beds, async ({ federation }, call) => {
      const connection = federation.logs(scopes, args, call);
      return {
        nodes: await connection.nodes(),
        failures: await connection.failures(),
        info: await connection.pageInfo(),
      };
    });
    remove?.();
    seen.push(...nodes);
    const more = back ? info.hasPreviousPage : info.hasNextPage;
    // A failed source may answer later, so there is more to request.
    if (failures.length > 0) expect(more).toBe(true);
    if (!more) return seen;
    cursor = (back ? info.startCursor : info.endCursor) ?? cursor;
  }
  throw new Error('The walk does not end.');
}
