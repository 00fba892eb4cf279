import fc from 'fast-check';
import { expect } from 'vitest';
import { TributaryError } from '../../../src/domain/errors.ts';
import type { Connection, SourceFailure } from '../../../src/federation/api.ts';
import type { Instance } from './bed.ts';
import { textOfBody } from './odd-rows.ts';
import type { Oddity } from './odd-rows.ts';
import { onReplica } from './served-bed.ts';
import type { Replica, ServedBed } from './served-bed.ts';

/** What a connector lists beside lines. */
export const LISTS = ['jobs', 'attempts', 'steps', 'tasks'] as const;
export type List = (typeof LISTS)[number];
const KIND_OF = { attempts: 'Attempt', steps: 'Step', tasks: 'Task' } as const;

/** Kinds of requests that are answered with jobs or parts. */
export const KINDS = ['jobs', 'status', 'steps', 'attempts', 'tasks', 'schedules'];

type Asking = Parameters<Parameters<typeof onReplica>[1]>;
type Listed = Connection<{ readonly key: string; readonly stepKey?: string | null }> & {
  failures(): Promise<readonly SourceFailure[]>;
};

export function listOf(list: List, { federation }: Replica, source: string, key: string, call: Asking[1]): Listed {
  const args = { first: 1_000 };
  if (list === 'jobs') return federation.jobs({ ...args, listFailures: true }, call);
  return federation.parts(KIND_OF[list], { source, key }, args, call);
}

/** A job with parts of every kind that the vendor has, and two jobs beside it. */
function setUp(served: ServedBed, create: () => Instance): { readonly key: string; readonly keys: readonly string[] } {
  const instance = create();
  served.use(instance);
  const keys = Array.from({ length: 3 }, () => instance.createJob());
  const key = keys[0] ?? '';
  instance.addParts?.(key);
  const lines = [0, 1, 2, 3].map((slot) => {
    return { slot, fine: 0n, text: 'x', severity: 'info', step: slot, task: slot } as const;
  });
  instance.write(key, lines);
  return { key, keys };
}

/** Alters one row: that of the first answer with rows, wherever it comes again. Gives it as it was. */
function makeOdd(
  served: ServedBed,
  kinds: readonly string[],
  rowsIn: (body: unknown) => Record<string, unknown>[],
  oddity: Oddity,
  row: number,
): () => string | null {
  let odd: string | null = null;
  served.alterReplies(kinds, async (reply) => {
    const body: unknown = JSON.parse(await textOfBody(reply.body));
    const rows = rowsIn(body);
    odd ??= rows.length === 0 ? null : JSON.stringify(rows[row % rows.length]);
    for (const one of rows) if (JSON.stringify(one) === odd) alter(one, oddity);
    return { ...reply, body: JSON.stringify(body) };
  });
  return () => odd;
}

async function listed(served: ServedBed, list: List, key: string) {
  return onReplica([served], async (replica, call) => {
    const connection = listOf(list, replica, served.source, key, call);
    const nodes = await connection.nodes();
    return { nodes, found: nodes.map((node) => node.key), failures: await connection.failures() };
  });
}

/** Null where the list can't be read at all. */
async function listedOrNone(served: ServedBed, list: List, key: string): Promise<{ found: readonly string[] | null }> {
  try {
    return await listed(served, list, key);
  } catch {
    return { found: null };
  }
}

/** One field of one row of a list has any value: all other rows are there, and a missing row is counted. */
export async function listBesideOddRow(
  served: ServedBed,
  create: () => Instance,
  list: List,
  oddity: Oddity,
  row: number,
): Promise<void> {
  const { key } = setUp(served, create);
  const { found: all, failures: none } = await listed(served, list, key);
  expect(none).toEqual([]);
  makeOdd(served, KINDS, innermostRows, oddity, row);
  const { found, failures } = await listed(served, list, key);
  const missing = all.filter((one) => !found.includes(one));
  expect({ all, missing, failures }).toMatchObject({ missing: missing.slice(0, 1) });
  if (found.length >= all.length) return;
  expect(failures).toMatchObject([
    { code: 'SOURCE_BAD_RESPONSE', message: expect.stringContaining('1 row could not be read') as string },
  ]);
}

const SCOPE = { jobs: 'job', attempts: 'attempt', steps: 'step', tasks: 'task' } as const;

/** The result for a key: the key of what was found, null if there is nothing, or the code of the error. */
async function byKey(served: ServedBed, list: List, job: string, key: string) {
  return onReplica([served], async ({ federation }, call) => {
    const ref = { source: served.source, key: job };
    try {
      const found =
        list === 'jobs'
          ? await federation.job({ source: served.source, key }, call)
          : await federation.part(KIND_OF[list], ref, key, call);
      return found === null ? null : { key: found.key };
    } catch (error) {
      return { code: error instanceof TributaryError ? error.code : String(error) };
    }
  });
}

interface PartLog {
  readonly ids: readonly string[] | undefined;
  readonly failures: readonly string[];
}

/** What the log of a part says, and whether it says that something is missing. */
async function logOf(served: ServedBed, list: List, job: string, key: string): Promise<PartLog> {
  return onReplica([served], async ({ federation }, call) => {
    const scope = { job, [SCOPE[list]]: key };
    const connection = federation.logs([{ source: served.source, scope }], { first: 100, listFailures: true }, call);
    const nodes = await connection.nodes();
    return { ids: nodes.map(({ id }) => id), failures: (await connection.failures()).map(({ code }) => code) };
  });
}

/**
 * One field of one row of any list, or of an answer for a key, has any value: everything else is found by its key, with
 * its log. What cannot be read is an error. It is not reported as absent, and never as something else.
 */
export async function findBesideOddRow(
  served: ServedBed,
  create: () => Instance,
  list: List,
  oddity: Oddity,
  row: number,
): Promise<void> {
  const { key, keys } = setUp(served, create);
  const parts = list === 'jobs' ? keys.map((one) => ({ key: one })) : (await listed(served, list, key)).nodes;
  const logs = new Map<string, readonly string[]>();
  for (const { key: one } of parts) {
    expect(await byKey(served, list, key, one)).toEqual({ key: one });
    logs.set(one, list === 'jobs' ? [] : ((await logOf(served, list, key, one)).ids ?? []));
  }
  const odd = makeOdd(served, [...KINDS, 'job', 'run'], allRows, oddity, row);
  const { found: stillListed } = await listedOrNone(served, list, key);
  for (const { key: one, ...part } of parts) {
    const found = await byKey(served, list, key, one);
    // The log of a job consists of the logs of its parts, of which one may be odd: other laws cover that.
    const log = list === 'jobs' ? { ids: logs.get(one), failures: [] } : await logOf(served, list, key, one);
    const names = [one.split('/').at(-1) ?? one, ...('stepKey' in part ? [part.stepKey ?? one] : [])];
    // Some vendors' parts come with their job.
    const jobName = JSON.stringify(key.split('/').at(-1));
    if ([...names, jobName].every((name) => odd()?.includes(name) !== true)) {
      expect({ one, found, log }).toEqual({ one, found: { key: one }, log: { ids: logs.get(one), failures: [] } });
      if (stillListed !== null) expect(stillListed).toContain(one);
    }
    if (found === null) {
      // Its row says that it is something else, so no row is unreadable.
      const { found: others, failures } = await listed(served, list, key);
      expect({ one, isListed: others.includes(one), failures }).toEqual({ one, isListed: false, failures: [] });
    } else expect([{ key: one }, { code: 'SOURCE_BAD_RESPONSE' }]).toContainEqual(found);
    if (found !== null && JSON.stringify(log.ids) !== JSON.stringify(logs.get(one))) {
      expect({ found, log }).toMatchObject({ log: { failures: [expect.any(String)] } });
    }
    if (found !== null) for (const code of log.failures) expect(code).not.toBe('NOT_FOUND');
  }
}

function alter(row: Record<string, unknown>, { field, value }: Oddity): void {
  const names = Object.keys(row);
  const name = names[field % names.length] ?? '';
  // A row without a parent is no part, so no part is missing.
  row[name] = name === 'parent' && value === null ? {} : value;
}

/** Rows of the lists in an answer that have no rows of their own. */
export function innermostRows(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value)) return Object.values(value).flatMap(innermostRows);
  return value.flatMap((item: unknown) => {
    const inner = innermostRows(item);
    return inner.length > 0 || !isRow(item) ? inner : [item];
  });
}

/** Rows of lists, whether they hold rows of their own or not; what was asked for by its key where there is no list. */
function allRows(body: unknown): Record<string, unknown>[] {
  const rows = rowsBelow(body);
  if (rows.length > 0 || !isRow(body)) return rows;
  return [isRow(body['job']) ? body['job'] : body];
}

function rowsBelow(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value)) return Object.values(value).flatMap(rowsBelow);
  return value.flatMap((item: unknown) => (isRow(item) ? [item, ...rowsBelow(item)] : []));
}

function isRow(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const listArbitrary = fc.constantFrom(...LISTS);
