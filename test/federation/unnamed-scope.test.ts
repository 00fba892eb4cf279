import { expect, it } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { LogArguments } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { tokenNative } from '../pagination/fake-natives.ts';
import { fakeSource } from './fake-sources.ts';

it('says that a job could not be read between two cursors of one instant when its parts could not be named', async () => {
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
