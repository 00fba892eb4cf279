import { expect, test } from 'vitest';
import type { LogEntry } from '../../src/domain/log-entry.ts';
import { createCall } from '../../src/domain/call.ts';
import type { LogArguments } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import type { Hint, Partition } from '../../src/pagination/core/partition.ts';
import { tokenNative } from '../pagination/fake-natives.ts';
import { fakeSource } from './fake-sources.ts';

test('an unreadable job between two cursors of one instant is reported if its partitions could not be listed', async () => {
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

test('no real partition is treated as a failed scope, whatever its key is', async () => {
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

test('the lines of a job that could not be read come later, even after a page whose hints are too long for a cursor', async () => {
  const lines = (job: string) =>
    Array.from({ length: 6 }, (_, i) => ({ time: BigInt(i), id: `${job}${i}`, text: `${job}${i}`, level: 'info' }));
  const source = fakeSource('s', {
    a: [tokenNative(lines('a'), { limit: 5, addressable: true })],
    b: [tokenNative(lines('b'), { limit: 5, addressable: true })],
  });
  const { connector } = source;
  const hinted = {
    ...connector,
    logs: async (...asked: Parameters<typeof connector.logs>) => {
      const { partitions, ...rest } = await connector.logs(...asked);
      return { partitions: partitions.map((partition) => withHints(partition, 'x'.repeat(50_000))), ...rest };
    },
  };
  const federation = createFederation([{ name: 's', connector: hinted }]);
  const scopes = ['a', 'b'].map((job) => ({ source: 's', scope: { job } }));
  const logs = (after: string | null) => federation.logs(scopes, { first: 3, after }, createCall());
  source.unnamed.set('a', 1);
  const first = logs(null);
  expect((await first.nodes()).map(({ message }) => message)).toEqual(['b0', 'b1', 'b2']);
  const { endCursor } = await first.pageInfo();
  const rest = await logs(endCursor).nodes();
  expect(rest.map(({ message }) => message)).toEqual(['a0', 'a1', 'a2']);
});

test('a page that has listed a failed source returns no count and no second error', async () => {
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

function withHints(partition: Partition<LogEntry>, hint: Hint): Partition<LogEntry> {
  return {
    ...partition,
    async *read(request, call) {
      for await (const batch of partition.read({ ...request, hint: null }, call))
        yield { ...batch, rows: batch.rows.map(({ row }) => ({ row, hint })) };
    },
  };
}
