import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { LogArguments } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { tokenNative } from '../pagination/fake-natives.ts';
import { fakeSource } from './fake-sources.ts';

test('reports an unreadable job between two cursors of one instant if its partitions could not be listed', async () => {
  const lines = ['a', 'b', 'c'].map((id) => ({ time: 1_000_000n, id, text: id, level: 'info' }));
  const source = fakeSource('s', {
    job: [tokenNative(lines, { limit: 5, addressable: true })],
    empty: [tokenNative([], { limit: 5, addressable: true })],
  });
  const scopes = ['empty', 'job'].map((job) => ({ source: 's', scope: { job } }));
  const logs = (args: LogArguments) => createFederation([source]).logs(scopes, args, createCall());
  const [first, , last] = await logs({ first: 3 }).edges();
  const between = { after: first!.cursor, before: last!.cursor };
  for (const size of [{ first: 1 }, { last: 1 }]) {
    source.unnamed.set('job', 1);
    const connection = logs({ ...size, ...between });
    expect(await connection.edges()).toEqual([]);
    expect((await connection.failures()).map(({ code }) => code)).toEqual(['SOURCE_UNAVAILABLE']);
    expect(await logs({ ...size, ...between }).nodes()).toHaveLength(1);
  }
});

test('treats no real partition as a failed scope, whatever its key is', async () => {
  const lines = Array.from({ length: 40 }, (_, i) => ({ time: BigInt(i), id: `${i}`, text: `${i}`, level: 'info' }));
  const source = fakeSource('s', { job: [tokenNative(lines, { limit: 5, addressable: true })] });
  const { connector } = source;
  const starred = {
    ...connector,
    logs: async (...asked: Parameters<typeof connector.logs>) => {
      const { partitions, ...rest } = await connector.logs(...asked);
      return { partitions: partitions.map((partition) => ({ ...partition, key: '*' })), ...rest };
    },
  };
  const federation = createFederation([{ name: 's', connector: starred }]);
  let after: string | null = null;
  const seen: string[] = [];
  const lengths = new Set<number>();
  do {
    const page = federation.logs([{ source: 's', scope: { job: 'job' } }], { first: 3, after }, createCall());
    seen.push(...(await page.nodes()).map(({ message }) => message));
    const { endCursor, hasNextPage } = await page.pageInfo();
    after = hasNextPage ? endCursor : null;
    if (after !== null) lengths.add(Math.ceil(after.length / 50));
  } while (after !== null);
  expect(seen).toEqual(lines.map(({ text }) => text));
  expect(lengths.size).toBe(1);
});

test('returns no count and no second error if the page has listed a failed source', async () => {
  const lines = ['a', 'b', 'c'].map((id) => ({ time: 1_000_000n, id, text: id, level: 'info' }));
  const source = fakeSource('s', { job: [tokenNative(lines, { limit: 5, addressable: true })] });
  const logs = () =>
    createFederation([source]).logs([{ source: 's', scope: { job: 'job' } }], { listFailures: true }, createCall());
  source.unnamed.set('job', 1);
  const connection = logs();
  const [failures, count] = await Promise.all([connection.failures(), connection.totalCount()]);
  expect(failures.map(({ code }) => code)).toEqual(['SOURCE_UNAVAILABLE']);
  expect(count).toBeNull();
  source.unnamed.set('job', 1);
  await expect(logs().totalCount()).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
});
