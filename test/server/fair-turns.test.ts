import { afterEach, describe, expect, test } from 'vitest';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { createTributary } from '../../src/library/index.ts';
import type { Tributary } from '../../src/library/index.ts';
import { sendJson, serve } from '../http/loopback.ts';

/** Calls that wait for one caller at most. */
const MOST = 8_000;

const open: Tributary[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((tributary) => tributary.close()));
});

/** The service in front of a source that answers only when it is told to. */
async function stand() {
  const held = new Map<string, () => void>();
  const source = await serve((request, response) => {
    const key = request.url.split('/').pop() ?? '';
    held.set(key, () => {
      held.delete(key);
      sendJson(response, { id: key, state: 'running' });
    });
  });
  const pagination = { scheme: 'whole' } as const;
  const tributary = await createTributary({
    limits: { calls: MOST, work: 2 ** 30 },
    sources: {
      up: {
        vendor: 'rest',
        baseUrl: source.origin,
        limits: { queue: 3 * MOST, callerQueue: MOST },
        jobs: {
          list: { path: '/jobs', items: '$', pagination },
          one: { path: '/jobs/{job}' },
          key: 'id',
          name: 'id',
          status: 'state',
        },
        logs: { path: '/jobs/{job}/log', items: '$', time: 'at', message: 'text', order: 'ascending', pagination },
      },
    },
  });
  open.push(tributary);
  const leaving = new AbortController();

  /** Asks for jobs by their keys, from an address; null: from the machine itself, as anybody may. */
  async function ask(keys: readonly string[], address: string | null): Promise<unknown> {
    const ids = keys.map((key) => encodeNodeId('Job', 'up', key));
    const request = new Request('http://service.example/graphql', {
      method: 'POST',
      signal: leaving.signal,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Job { name } } }',
        variables: { ids },
      }),
    });
    return (await tributary.fetch(request, { address: address ?? undefined })).json();
  }

  /** Answers call by call, and says how many answers it took until that job was asked for. */
  async function answersUntil(key: string): Promise<number> {
    for (let answers = 0; ; answers += 1) {
      if (held.has(key)) return answers;
      const arrived = source.received.length;
      const [first] = held.values();
      first?.();
      await source.arrived(arrived + 1);
    }
  }

  return {
    source,
    held,
    ask,
    answersUntil,
    leave: () => {
      leaving.abort();
    },
  };
}

describe('a single call of one client', () => {
  test.each([
    ['from an address of its own', 500, '203.0.113.1', '203.0.113.2'],
    ['from the same address', 500, '203.0.113.1', '203.0.113.1'],
    ['from nowhere in particular', MOST, null, null],
  ])('%s is not delayed by the many calls of another (%i)', async (_where, many, large, small) => {
    const { source, held, ask, answersUntil, leave } = await stand();
    const all = ask(
      Array.from({ length: many }, (_, n) => `many-${n}`),
      large,
    ).catch(() => 'left');
    // One place is kept for a caller that has none.
    await source.arrived(7);
    const one = ask(['one'], small);
    expect(await answersUntil('one')).toBeLessThan(many / 2);
    held.get('one')?.();
    expect(await one).toEqual({ data: { nodes: [{ name: 'one' }] } });
    leave();
    expect(await all).toBe('left');
  });

  test('is not delayed by hundreds of operations of another', async () => {
    const { source, held, ask, leave } = await stand();
    const all = Array.from({ length: 200 }, (_, n) => ask([`many-${n}`], '203.0.113.1').catch(() => 'left'));
    // One place is kept for a caller that has none.
    await source.arrived(7);
    const one = ask(['one'], '203.0.113.2');
    await source.arrived(8);
    expect([...held.keys()]).toContain('one');
    held.get('one')?.();
    expect(await one).toEqual({ data: { nodes: [{ name: 'one' }] } });
    leave();
    await Promise.all(all);
  });
});
