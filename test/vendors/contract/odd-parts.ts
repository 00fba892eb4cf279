import fc from 'fast-check';
import { expect } from 'vitest';
import type { Connection, SourceFailure } from '../../../src/federation/api.ts';
import type { Instance } from './bed.ts';
import { textOfBody } from './odd-rows.ts';
import type { Oddity } from './odd-rows.ts';
import { onReplica } from './served-bed.ts';
import type { Replica, ServedBed } from './served-bed.ts';

/** What a connector lists beside lines. */
const LISTS = ['jobs', 'attempts', 'steps', 'tasks'] as const;
type List = (typeof LISTS)[number];
const KIND_OF = { attempts: 'Attempt', steps: 'Step', tasks: 'Task' } as const;

/** Kinds of requests that are answered with jobs or parts. */
const KINDS = ['jobs', 'status', 'steps', 'attempts', 'tasks', 'schedules'];

type Asking = Parameters<Parameters<typeof onReplica>[1]>;
type Listed = Connection<{ readonly key: string }> & { failures(): Promise<readonly SourceFailure[]> };

function listOf(list: List, { federation }: Replica, source: string, key: string, call: Asking[1]): Listed {
  const args = { first: 1_000 };
  if (list === 'jobs') return federation.jobs({ ...args, listFailures: true }, call);
  return federation.parts(KIND_OF[list], { source, key }, args, call);
}

/** One field of one row of a list is anything: all the other rows are there, and one that is missing is counted. */
export async function listBesideOddRow(
  served: ServedBed,
  create: () => Instance,
  list: List,
  oddity: Oddity,
  row: number,
): Promise<void> {
  const instance = create();
  served.use(instance);
  const keys = Array.from({ length: 3 }, () => instance.createJob());
  const key = keys[0] ?? '';
  instance.addParts?.(key);
  const lines = [0, 1, 2, 3].map((slot) => {
    return { slot, fine: 0n, text: 'x', severity: 'info', step: slot, task: slot } as const;
  });
  instance.write(key, lines);
  const read = () =>
    onReplica([served], async (replica, call) => {
      const connection = listOf(list, replica, served.source, key, call);
      const found = (await connection.nodes()).map((node) => node.key);
      return { found, failures: await connection.failures() };
    });
  const { found: all, failures: none } = await read();
  expect(none).toEqual([]);
  let odd: string | null = null;
  served.alterReplies(KINDS, async (reply) => {
    const body: unknown = JSON.parse(await textOfBody(reply.body));
    const rows = innermostRows(body);
    // One row: that of the first answer with rows, wherever it comes again.
    odd ??= rows.length === 0 ? null : JSON.stringify(rows[row % rows.length]);
    for (const one of rows) if (JSON.stringify(one) === odd) alter(one, oddity);
    return { ...reply, body: JSON.stringify(body) };
  });
  const { found, failures } = await read();
  const missing = all.filter((one) => !found.includes(one));
  expect({ all, missing, failures }).toMatchObject({ missing: missing.slice(0, 1) });
  if (found.length >= all.length) return;
  expect(failures).toMatchObject([
    { code: 'SOURCE_BAD_RESPONSE', message: expect.stringContaining('1 row could not be read') as string },
  ]);
}

function alter(row: Record<string, unknown>, { field, value }: Oddity): void {
  const names = Object.keys(row);
  const name = names[field % names.length] ?? '';
  // Without a parent a row is no part, and so none that is missing.
  row[name] = name === 'parent' && value === null ? {} : value;
}

/** Rows of the lists in an answer that have no rows of their own. */
function innermostRows(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value)) return Object.values(value).flatMap(innermostRows);
  return value.flatMap((item: unknown) => {
    const inner = innermostRows(item);
    return inner.length > 0 || !isRow(item) ? inner : [item];
  });
}

function isRow(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const listArbitrary = fc.constantFrom(...LISTS);
