import { describe, expect, it } from 'vitest';
import type { LogArguments, SourceScope } from '../../src/federation/api.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeFederation } from './fake-federation.ts';
import { EXECUTORS } from './run.ts';

/** A federation that keeps the arguments of its `logs`. */
function recording() {
  const calls: { scopes: readonly SourceScope[]; args: LogArguments }[] = [];
  const inner = fakeFederation();
  const federation = fakeFederation({
    logs: (scopes, args, call) => {
      calls.push({ scopes, args });
      return inner.logs(scopes, args, call);
    },
  });
  return { federation, calls };
}

describe.each(Object.entries(EXECUTORS))('logs, %s', (_name, run) => {
  it('hand their arguments on in our own words', async () => {
    const { federation, calls } = recording();
    const query = `{ job(source: "up", key: "a") { logs(
      last: 5, before: "c", orderBy: { direction: DESC },
      filter: { since: "2026-03-01T10:00:00+01:00", minSeverity: WARN, contains: null, stepIn: ["x"] }
    ) { nodes { id } } } }`;
    expect((await run(federation, query)).errors).toEqual([]);
    expect(calls).toEqual([
      {
        scopes: [{ source: 'up', scope: { job: 'a' } }],
        args: {
          last: 5,
          before: 'c',
          descending: true,
          filter: { since: '2026-03-01T09:00:00Z', minSeverity: 'WARN', stepIn: ['x'] },
        },
      },
    ]);
  });

  it.each(['Attempt', 'Step', 'Task'] as const)('of one %s are asked for with its scope', async (kind) => {
    const { federation, calls } = recording();
    const id = encodeNodeId(kind, 'up', 'a', 'one');
    await run(federation, `{ node(id: "${id}") { ... on ${kind} { logs { nodes { id } } } } }`);
    expect(calls.map(({ scopes }) => scopes)).toEqual([
      [{ source: 'up', scope: { job: 'a', [kind.toLowerCase()]: 'one' } }],
    ]);
  });

  it('of several jobs are one merged connection, each job in it once', async () => {
    const { federation, calls } = recording();
    const [a, b] = [encodeNodeId('Job', 'up', 'a'), encodeNodeId('Job', 'down', 'b')];
    const query = `{ logs(jobs: ["${a}", "${b}", "${a}"], first: 2) { totalCount isComplete failures { jobId } } }`;
    expect(await run(federation, query)).toEqual({
      data: { logs: { totalCount: 4, isComplete: false, failures: [] } },
      errors: [],
    });
    expect(calls[0]?.scopes).toEqual([
      { source: 'up', scope: { job: 'a' } },
      { source: 'down', scope: { job: 'b' } },
    ]);
  });

  it.each([
    ['no job at all', '[]'],
    ['a text that is no id', '["forged"]'],
    ['the id of a step', `["${encodeNodeId('Step', 'up', 'a', 'one')}"]`],
  ])('of %s are BAD_USER_INPUT', async (_what, jobs) => {
    const { errors } = await run(fakeFederation(), `{ logs(jobs: ${jobs}) { totalCount } }`);
    expect(errors.map(({ path, code }) => ({ path, code }))).toEqual([{ path: 'logs', code: 'BAD_USER_INPUT' }]);
  });
});
