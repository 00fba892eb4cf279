import { describe, expect, it } from 'vitest';
import { fakeEntry, fakeFederation, fakeConnection } from './fake-federation.ts';
import { EXECUTORS } from './run.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';

const JOB = { source: 'up', key: 'a' };

describe.each(Object.entries(EXECUTORS))('%s', (_name, run) => {
  it('a row that fails at once beside one whose source fails later leaves no promise behind', async () => {
    const entries = [fakeEntry(JOB, 1), fakeEntry(JOB, 2, { stepKey: null })];
    const federation = fakeFederation({
      logs: () => ({
        ...fakeConnection(entries),
        isComplete: () => Promise.resolve(false),
        failures: () => Promise.resolve([]),
      }),
      step: () => new Promise((_resolve, reject) => setTimeout(reject, 5, new Error('late'))),
    });
    const query = `{ logs(jobs: ["${encodeNodeId('Job', 'up', 'a')}"]) { nodes { step { name } message(maxLength: -1) } } }`;
    const { errors } = await run(federation, query);
    expect(errors[0]?.code).toBe('BAD_USER_INPUT');
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
});
