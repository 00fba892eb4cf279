import fc from 'fast-check';
import { expect } from 'vitest';
import { rowsHolding } from '../../../src/library/testing/odd-rows.ts';
import type { SandboxReply } from '../../../src/sandbox/types.ts';
import type { Bed, Instance, Line } from './bed.ts';
import { lineArbitrary } from './draw.ts';
import { onReplica } from './served-bed.ts';
import type { ServedBed } from './served-bed.ts';
import { rowOf, rowsOf, textOf } from './oracle.ts';

/** The text of the line whose row is made odd. */
const ODD = 'the odd one';

/** Half of a surrogate pair: no valid Unicode. */
const HALF = '\ud83d';

/** What rows are told apart by. */
const IDS: ReadonlySet<string> = new Set(['runId', 'log_id', 'id']);

/** How JSON.stringify writes half of a surrogate pair. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** RFC 3339, in UTC, of the years that it can write. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Times that RFC 3339 can not write. */
const OUT_OF_RANGE = [
  '10000-01-01T00:00:00Z',
  '+012026-01-01T00:00:00Z',
  '-0001-12-31T23:59:59Z',
  '2026-02-30T00:00:00Z',
];

/** A row of an answer, and what becomes of one of its fields. */
export interface Oddity {
  readonly field: number;
  readonly value: unknown;
}

/** Any JSON; and what vendors have been seen to send. A text that can be read as a time is none of them. */
export const oddityArbitrary: fc.Arbitrary<Oddity> = fc.record({
  field: fc.nat({ max: 20 }),
  value: fc.oneof(
    fc.constantFrom<unknown>(null, '', 'soon', '12', 0, -5, 1.5, 3e9, 1e10, true, {}, [], [{}], { type: null }, HALF, {
      [HALF]: [HALF],
    }),
    fc.constantFrom(...OUT_OF_RANGE),
    fc.jsonValue({ depthSize: 'small' }),
    // fast-check can't print what is nested so deeply.
    fc.constant(Object.assign([nested(3_000)], { [fc.toStringMethod]: () => '3,001 nested lists' })),
  ),
});

function nested(levels: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

export interface OddLog {
  readonly create: () => Instance;
  readonly lines: readonly Line[];
  readonly at: number;
}

export function oddLogArbitrary(bed: Bed): fc.Arbitrary<OddLog> {
  return fc.record({
    create: bed.dialects,
    lines: fc.array(lineArbitrary, { minLength: 1, maxLength: 30 }),
    at: fc.nat(),
  });
}

/** One field of one row has any value: all other rows are there, and a missing row is counted. */
export async function readBesideOddRow(
  served: ServedBed,
  { create, lines, at }: OddLog,
  oddity: Oddity,
  descending: boolean,
): Promise<void> {
  const instance = create();
  served.use(instance);
  const key = instance.createJob();
  const place = at % (lines.length + 1);
  const neighbour = lines[Math.min(place, lines.length - 1)];
  if (neighbour === undefined) throw new Error('A log has a line.');
  const odd = { ...neighbour, text: ODD };
  const written = instance.write(key, [...lines.slice(0, place), odd, ...lines.slice(place)]);
  served.alterReplies(['logs'], (reply) => withOddRow(reply, oddity));
  const others = rowsOf(served.source, key, written).filter(({ message }) => message !== ODD);
  await onReplica([served], async ({ federation }, call) => {
    const scopes = [{ source: served.source, scope: { job: key } }];
    const connection = federation.logs(scopes, { first: 1_000, descending, listFailures: true }, call);
    const nodes = await connection.nodes();
    const texts = nodes.map(rowOf).map(textOf);
    const failures = await connection.failures();
    const said = nodes.map(({ id, attributes, exceptions, severity }) => [id, attributes, exceptions, severity]);
    expect(JSON.stringify([texts.map((text): unknown => JSON.parse(text)), said, failures])).not.toMatch(
      LONE_SURROGATE,
    );
    for (const { timestamp } of nodes) expect(timestamp).toMatch(RFC_3339);
    const left = [...texts];
    for (const row of others) {
      const index = left.indexOf(textOf(row));
      expect({ missing: index === -1 ? textOf(row) : null, failures }).toEqual({ missing: null, failures });
      left.splice(index, 1);
    }
    expect(left.length).toBeLessThanOrEqual(1);
    if (left.length === 1) return;
    expect(failures).toMatchObject([
      { code: 'SOURCE_BAD_RESPONSE', message: expect.stringContaining('1 row could not be read') as string },
    ]);
  });
}

/** The answer with a field of the odd row replaced, wherever in it the row is. */
async function withOddRow(reply: SandboxReply, { field, value }: Oddity): Promise<SandboxReply> {
  const body: unknown = JSON.parse(await textOfBody(reply.body));
  for (const row of rowsHolding(body, ODD)) {
    const names = Object.keys(row);
    const name = names[field % names.length] ?? '';
    // A text in place of an id is an id.
    row[name] = IDS.has(name) && typeof value === 'string' && value !== '' ? null : value;
  }
  return { ...reply, body: JSON.stringify(body) };
}

export async function textOfBody(body: unknown): Promise<string> {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) return JSON.stringify(body);
  const parts: Buffer[] = [];
  for await (const part of body as AsyncIterable<string | Uint8Array>) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}
