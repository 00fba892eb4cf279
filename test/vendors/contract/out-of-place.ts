import fc from 'fast-check';
import { expect } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { SandboxReply } from '../../../src/sandbox/types.ts';
import type { Bed, Instance, Line } from './bed.ts';
import { lineArbitrary } from './draw.ts';
import { rowsHolding } from '../../../src/library/testing/odd-rows.ts';
import { textOfBody } from './odd-rows.ts';
import { onReplica } from './served-bed.ts';
import type { Replica, ServedBed } from './served-bed.ts';

const ODD = 'the odd one';
const FIRST = 'the first of two';
const SECOND = 'the second of two';

/** Times that a row may say in place of its own: long before the log, long after it, a second off. */
const TIMES = ['2025-01-01T00:00:00Z', '2027-01-01T00:00:00Z', '2026-02-27T22:57:00Z', '2026-02-27T22:57:02Z'];

const TIME = /^\d{4}-\d\d-\d\dT/;

export interface MisplacedLog {
  readonly create: () => Instance;
  readonly lines: readonly Line[];
  readonly at: number;
  readonly time: string;
  readonly size: number;
}

export function misplacedLogArbitrary(bed: Bed): fc.Arbitrary<MisplacedLog> {
  return fc.record({
    create: bed.dialects,
    lines: fc.array(lineArbitrary, { minLength: 2, maxLength: 40 }),
    at: fc.nat(),
    time: fc.constantFrom(...TIMES),
    size: fc.integer({ min: 3, max: 50 }),
  });
}

/** Two neighbours stand in the list the wrong way round: every row is there once, whichever way the log is read. */
export async function readSwappedRows(served: ServedBed, instance: Instance, descending: boolean): Promise<void> {
  const COUNT = 25;
  for (const at of [3, 9, 19]) {
    served.use(instance);
    const key = instance.createJob();
    const texts = Array.from({ length: COUNT }, (_, i) => (i === at ? FIRST : i === at + 1 ? SECOND : `line ${i}`));
    instance.write(
      key,
      texts.map((text, index): Line => ({ slot: 4 * index, fine: 0n, text, severity: 'info', step: 0, task: 0 })),
    );
    const times = new Map<string, Record<string, unknown>>();
    served.alterReplies(['logs'], (reply) => swapped(reply, times));
    await onReplica([served], async (replica) => {
      // The first reads learn the times of both, and fail once for each thing that the source turns out not to do.
      let read = await readAll(replica, served, key, 7, descending).catch(() => null);
      for (let attempt = 0; attempt < 4; attempt += 1) {
        read = await readAll(replica, served, key, 7, descending).catch(() => null);
      }
      expect(read?.failures).toEqual([]);
      expect([...(read?.messages ?? [])].sort()).toEqual([...texts].sort());
    });
  }
}

/**
 * One row has a wrong time, although its place in the list is right: the other rows come once each, or the read reports
 * why not.
 */
export async function readBesideMisplacedRow(served: ServedBed, log: MisplacedLog, descending: boolean): Promise<void> {
  const instance = log.create();
  served.use(instance);
  const key = instance.createJob();
  const place = log.at % (log.lines.length + 1);
  const neighbour = log.lines[Math.min(place, log.lines.length - 1)];
  if (neighbour === undefined) throw new Error('A log has a line.');
  const texts = log.lines.map((_, index) => `line ${index}`);
  const lines = log.lines.map((line, index) => ({ ...line, text: `line ${index}` }));
  instance.write(key, [...lines.slice(0, place), { ...neighbour, text: ODD }, ...lines.slice(place)]);
  served.alterReplies(['logs'], (reply) => misplaced(reply, log.time));
  await onReplica([served], async (replica) => {
    // Each thing that a source turns out not to do may cost one error, and no more.
    for (let attempt = 0; ; attempt += 1) {
      try {
        const { messages, failures } = await readAll(replica, served, key, log.size, descending);
        const others = messages.filter((message) => message !== ODD);
        if (failures.length === 0) expect([...others].sort()).toEqual([...texts].sort());
        else expect(new Set(others).size).toBe(others.length);
        return;
      } catch (error) {
        if (attempt >= 3 || !isBadResponse(error)) throw error;
      }
    }
  });
}

async function readAll(
  { federation }: Replica,
  served: ServedBed,
  key: string,
  size: number,
  descending: boolean,
): Promise<{ readonly messages: readonly string[]; readonly failures: readonly unknown[] }> {
  const scopes = [{ source: served.source, scope: { job: key } }];
  const messages: string[] = [];
  const failures: unknown[] = [];
  let after: string | null = null;
  for (let page = 0; page < 60; page += 1) {
    const connection = federation.logs(scopes, { first: size, after, descending, listFailures: true }, createCall());
    for (const { message } of await connection.nodes()) messages.push(message);
    failures.push(...(await connection.failures()));
    if (failures.length > 0) return { messages, failures };
    const info = await connection.pageInfo();
    if (!info.hasNextPage) return { messages, failures };
    after = info.endCursor;
  }
  throw new Error('A log of some rows has no end.');
}

function isBadResponse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SOURCE_BAD_RESPONSE';
}

async function misplaced(reply: SandboxReply, time: string): Promise<SandboxReply> {
  const body: unknown = JSON.parse(await textOfBody(reply.body));
  for (const row of rowsHolding(body, ODD)) {
    for (const [name, value] of Object.entries(row)) {
      if (typeof value === 'string' && TIME.test(value)) row[name] = time;
    }
  }
  return { ...reply, body: JSON.stringify(body) };
}

/** Shows each of the two rows with the times of the other, once both were seen. */
async function swapped(reply: SandboxReply, times: Map<string, Record<string, unknown>>): Promise<SandboxReply> {
  const body: unknown = JSON.parse(await textOfBody(reply.body));
  for (const [text, other] of [
    [FIRST, SECOND],
    [SECOND, FIRST],
  ] as const) {
    for (const row of rowsHolding(body, text)) {
      const own = Object.entries(row).filter(([, value]) => typeof value === 'string' && TIME.test(value));
      if (!times.has(text)) times.set(text, Object.fromEntries(own));
      Object.assign(row, times.get(other));
    }
  }
  return { ...reply, body: JSON.stringify(body) };
}
