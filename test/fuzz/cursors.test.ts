import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { TributaryError } from '../../src/domain/errors.ts';
import { ConnectionCursors, CursorCodec } from '../../src/federation/cursor/codec.ts';
import { damage, damaged, nastyValue, PATIENCE, place, settingsFor, withValue } from './cases.ts';
import { fuzzedFederation } from './world.ts';
import { anyCharacter } from '../support/any-character.ts';

const scopesOf = (...keys: readonly string[]) => keys.map((job) => ({ source: 'a', scope: { job } }));
const SCHEMES = ['token', 'opaque', 'offset', 'keyset', 'time', 'whole'];
const federation = fuzzedFederation();

afterEach(() => {
  vi.restoreAllMocks();
});

/** Rows, or an error that a client may read. */
async function readAfter(keys: readonly string[], cursor: string, backwards = false): Promise<string> {
  const place = backwards ? { last: 5, before: cursor } : { first: 5, after: cursor };
  try {
    const connection = federation.logs(scopesOf(...keys), { ...place, listFailures: true }, createCall());
    await connection.nodes();
    const { endCursor } = await connection.pageInfo();
    return endCursor ?? '';
  } catch (error) {
    if (!(error instanceof TributaryError) || error.code === 'INTERNAL_SERVER_ERROR') throw error;
    return error.code;
  }
}

async function goodCursors(): Promise<Readonly<Record<string, string>>> {
  const pairs = SCHEMES.map(async (key) => {
    const connection = federation.logs(scopesOf(key), { first: 5 }, createCall());
    return [key, (await connection.pageInfo()).endCursor ?? ''] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}

describe('a cursor', { timeout: PATIENCE }, () => {
  test('that was damaged, made up or given out for something else is invalid, and nothing worse', async () => {
    const cursors = await goodCursors();
    const text = fc.oneof(
      fc.tuple(fc.constantFrom(...Object.values(cursors)), damage).map(([cursor, harm]) => damaged(cursor, harm)),
      fc.string({ unit: anyCharacter }),
      fc.base64String(),
      fc.constantFrom('', 'A', '='.repeat(10), 'A'.repeat(70_000), ...Object.values(cursors)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...SCHEMES), text, fc.boolean(), async (key, cursor, backwards) => {
        fc.pre(cursor !== cursors[key] && cursor !== '');
        expect(await readAfter([key], cursor, backwards)).toBe('CURSOR_INVALID');
      }),
      settingsFor('texts as cursors'),
    );
  });

  test('with any payload is read as a place or as invalid', () => {
    const cursors = new CursorCodec('secret').forConnection('any');
    const good = [
      's0',
      'tie',
      0,
      '',
      [
        [0, '', { p: 1 }],
        [1, 'x', null, 's0', 'tie', 1],
      ],
    ];
    const payload = fc.oneof(
      nastyValue,
      fc.tuple(place, nastyValue).map(([at, value]) => withValue(good, at, value)),
    );
    fc.assert(
      fc.property(payload, (value) => {
        try {
          const { position, marks } = cursors.decode(cursors.seal(value as never));
          expect([typeof position.time, Array.isArray(marks)]).toEqual(['bigint', true]);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CURSOR_INVALID' });
        }
      }),
      settingsFor('payloads of cursors'),
    );
  });

  test('with a good seal and any content gives lines or an error for the client', async () => {
    const cursors = await goodCursors();
    const merged = federation.logs(scopesOf(...SCHEMES), { first: 9 }, createCall());
    const all = (await merged.pageInfo()).endCursor ?? '';
    const open = vi.spyOn(ConnectionCursors.prototype, 'open');
    const payloads = new Map<string, unknown>();
    for (const key of SCHEMES) {
      await readAfter([key], cursors[key] ?? '');
      payloads.set(key, open.mock.results.at(-1)?.value);
    }
    await readAfter(SCHEMES, all);
    payloads.set('', open.mock.results.at(-1)?.value);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('', ...SCHEMES),
        fc.array(fc.tuple(place, nastyValue), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.boolean(),
        async (key, changes, backwards) => {
          const payload = changes.reduce((value, [at, to]) => withValue(value, at, to), payloads.get(key));
          open.mockReturnValueOnce(payload);
          await readAfter(key === '' ? SCHEMES : [key], 'sealed', backwards);
        },
      ),
      settingsFor('cursors with a good seal'),
    );
  });
});
