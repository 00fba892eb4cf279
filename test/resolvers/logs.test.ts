import { describe, expect, test } from 'vitest';
import type { LogArguments, SourceScope } from '../../src/federation/api.ts';
import { encodeEntryId, encodeNodeId } from '../../src/federation/node-id.ts';
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
  test('hand their arguments on in our own words', async () => {
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

  test.each(['Attempt', 'Step', 'Task'] as const)('of one %s are asked for with its scope', async (kind) => {
    const { federation, calls } = recording();
    const id = encodeNodeId(kind, 'up', 'a', 'one');
    await run(federation, `{ node(id: "${id}") { ... on ${kind} { logs { nodes { id } } } } }`);
    expect(calls.map(({ scopes }) => scopes)).toEqual([
      [{ source: 'up', scope: { job: 'a', [kind.toLowerCase()]: 'one' } }],
    ]);
  });

  test('around a line are asked for with its place, and 10 on either side', async () => {
    const asked: unknown[] = [];
    const inner = fakeFederation();
    const federation = fakeFederation({
      context: (ref, args, call) => {
        asked.push({ ref, args });
        return inner.context(ref, args, call);
      },
    });
    const ref = { source: 'up', key: 'a', partition: 'p', time: 12n, tie: 't' };
    const [id, a, b] = [encodeEntryId(ref), encodeNodeId('Job', 'up', 'a'), encodeNodeId('Job', 'up', 'b')];
    const query = `{ one: logContext(id: "${id}") { nodes { message } }
      many: logContext(id: "${id}", jobs: ["${a}", "${b}"], before: 3, after: 0) { pageInfo { hasNextPage } } }`;
    expect(await run(federation, query)).toEqual({
      data: { one: { nodes: [{ message: 'line 1' }] }, many: { pageInfo: { hasNextPage: false } } },
      errors: [],
    });
    const jobs = ['a', 'b'].map((key) => ({ source: 'up', key }));
    expect(asked).toEqual([
      { ref, args: { before: 10, after: 10, jobs: undefined } },
      { ref, args: { before: 3, after: 0, jobs } },
    ]);
  });

  test.each([
    ['is gone', encodeEntryId({ source: 'up', key: 'missing', partition: '', time: 1n, tie: 't' }), 'NOT_FOUND'],
    [
      'is of a failing source',
      encodeEntryId({ source: 'down', key: 'a', partition: '', time: 1n, tie: 't' }),
      'SOURCE_UNAVAILABLE',
    ],
    ['is no line', encodeNodeId('Job', 'up', 'a'), 'BAD_USER_INPUT'],
    ['is no id', 'nonsense', 'BAD_USER_INPUT'],
  ])('around what %s are null with an error, and the rest of the answer is there', async (_what, id, code) => {
    const { data, errors } = await run(
      fakeFederation(),
      `{ sources { name } logContext(id: "${id}") { nodes { id } } }`,
    );
    expect(data).toEqual({ sources: [{ name: 'up' }, { name: 'down' }], logContext: null });
    expect(errors).toMatchObject([{ path: 'logContext', code }]);
  });

  test('of several jobs are one merged connection, each job in it once', async () => {
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

  test.each([
    ['no job at all', '[]'],
    ['a text that is no id', '["forged"]'],
    ['the id of a step', `["${encodeNodeId('Step', 'up', 'a', 'one')}"]`],
  ])('of %s are BAD_USER_INPUT', async (_what, jobs) => {
    const { errors } = await run(fakeFederation(), `{ logs(jobs: ${jobs}) { totalCount } }`);
    expect(errors.map(({ path, code }) => ({ path, code }))).toEqual([{ path: 'logs', code: 'BAD_USER_INPUT' }]);
  });
});
