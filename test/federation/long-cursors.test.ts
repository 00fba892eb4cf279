import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { CursorCodec } from '../../src/federation/cursor/codec.ts';
import { idOf, LONGEST_ID, textIdOf } from '../../src/vendors/shared/wire.ts';
import { PageSize } from '../../src/pagination/core/page-size.ts';
import { pageTokenPartition } from '../../src/pagination/page-token/page-token.ts';
import type { Line } from '../pagination/fake-natives.ts';
import { rowsOf } from '../../src/pagination/core/hinted-rows.ts';

/** Cursors are text that a client sends back in an address or a body: what vendors put into them is bounded. */

const cursors = new CursorCodec('a secret of the test').forConnection('a connection');

test('a cursor that would be too long to be taken back leaves its hints out', () => {
  const marks = Array.from({ length: 100 }, (_, scope) => ({ scope, partition: '', hint: 'token '.repeat(1_000) }));
  const state = { position: { time: 1n, tie: 'tie', scope: 0, partition: '' }, marks };
  expect(cursors.decode(cursors.encode(state))).toEqual({
    ...state,
    marks: marks.map((mark) => ({ ...mark, hint: null })),
  });
  const short = { ...state, marks: marks.slice(0, 3) };
  expect(cursors.decode(cursors.encode(short))).toEqual(short);
});

test('an id that is too long is not taken', () => {
  const longest = 'x'.repeat(LONGEST_ID);
  expect([idOf(longest), textIdOf(longest)]).toEqual([longest, longest]);
  expect([idOf(`${longest}x`), textIdOf(`${longest}x`)]).toEqual([null, null]);
});

test('a token that is too long is no part of a hint, and the lines behind it are found', async () => {
  const partition = pageTokenPartition<Line>({
    key: '',
    source: 'made-up',
    size: new PageSize(10),
    identity: { by: 'id', of: (line) => line.id },
    maxWalk: 50,
    isTokenRefused: () => false,
    fetch: (token) => {
      const page = token === null ? 0 : Number.parseInt(token, 10);
      const rows = Array.from({ length: 10 }, (_, n) => page * 10 + n).map((number) => {
        return { id: `line ${number}`.padStart(9), time: BigInt(number), text: '', level: 'INFO' };
      });
      return Promise.resolve({ rows, next: page === 4 ? null : `${page + 1} ${'x'.repeat(100_000)}`, total: null });
    },
  });
  async function read(from: bigint | null, hint: Parameters<typeof partition.read>[0]['hint']) {
    const position = from === null ? null : { time: from, tie: `line ${from}`.padStart(9) };
    const request = { direction: 'forward', from: position, hint, until: null, need: 50 } as const;
    const [rows, hints]: [bigint[], (typeof hint)[]] = [[], []];
    for await (const batch of partition.read(request, createCall())) {
      rows.push(...rowsOf(batch).map(({ time }) => time));
      hints.push(...batch.rows.map(({ hint }) => hint));
    }
    return { rows, hints };
  }
  const all = await read(null, null);
  expect(all.rows).toHaveLength(50);
  for (const hint of all.hints) expect(JSON.stringify(hint).length).toBeLessThan(1_000);
  const rest = await read(34n, all.hints[34] ?? null);
  expect(rest.rows).toEqual(all.rows.slice(35));
});
