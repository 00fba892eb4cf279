import { describe, expect, test } from 'vitest';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeFederation } from './fake-federation.ts';
import { EXECUTORS } from './run.ts';

describe.each(Object.entries(EXECUTORS))('a job, %s', (_name, run) => {
  test.each([
    ['its id and key', '{ id key source { name } __typename }', []],
    ['its lines', '{ logs(first: 1) { nodes { message } } }', ['logs up/a']],
    ['its parts', '{ steps { nodes { key } } attempts { nodes { key } } }', ['steps up/a', 'attempts up/a']],
    ['nothing but what is skipped', '{ key name @skip(if: true) status @include(if: false) }', []],
  ])('costs no call of its own when one selects %s', async (_what, selection, asked) => {
    const federation = fakeFederation();
    const { data, errors } = await run(federation, `{ job(source: "up", key: "a") ${selection} }`);
    expect(errors).toEqual([]);
    expect(data).not.toBeNull();
    expect(federation.asked).toEqual(asked);
  });

  test.each([
    ['a field', '{ job(source: "up", key: "a") { key name } }'],
    [
      'a fragment',
      '{ job(source: "up", key: "a") { ...F } } fragment F on Job { key ... on Node { ...G } } fragment G on Job { name }',
    ],
    ['an alias', '{ job(source: "up", key: "a") { key: name } }'],
    [
      'a variable that includes it',
      'query ($yes: Boolean = true) { job(source: "up", key: "a") { name @include(if: $yes) } }',
    ],
  ])('is asked for once when %s needs it', async (_what, query) => {
    const federation = fakeFederation();
    const { errors } = await run(federation, query, { yes: true });
    expect(errors).toEqual([]);
    expect(federation.asked).toEqual(['job up/a']);
  });

  test('is looked for or not as the variables of each request say', async () => {
    const query = 'query ($no: Boolean!) { job(source: "up", key: "a") { key name @skip(if: $no) } }';
    const federation = fakeFederation();
    await run(federation, query, { no: true });
    expect(federation.asked).toEqual([]);
    await run(federation, query, { no: false });
    expect(federation.asked).toEqual(['job up/a']);
  });

  test('is null without an error when it is missing, or its source is', async () => {
    const federation = fakeFederation();
    const query = '{ a: job(source: "up", key: "missing") { name } b: job(source: "nowhere", key: "a") { key } }';
    expect(await run(federation, query)).toEqual({ data: { a: null, b: null }, errors: [] });
  });

  test('shows what its vendor said', async () => {
    const query = '{ job(source: "up", key: "a") { id name status nativeStatus createdAt finishedAt attributes } }';
    const { data } = await run(fakeFederation(), query);
    expect(data).toEqual({
      job: {
        id: encodeNodeId('Job', 'up', 'a'),
        name: 'Job a',
        status: 'RUNNING',
        nativeStatus: 'running',
        createdAt: '2026-03-01T09:00:00.000000001Z',
        finishedAt: null,
        attributes: { a: 1 },
      },
    });
  });

  test('that cannot be reached fails alone, with the code of its source', async () => {
    const query = '{ a: job(source: "down", key: "a") { name } b: job(source: "up", key: "a") { name } }';
    const { data, errors } = await run(fakeFederation(), query);
    expect(data).toEqual({ a: null, b: { name: 'Job a' } });
    expect(errors).toEqual([{ path: 'a', message: 'down: it does not answer.', code: 'SOURCE_UNAVAILABLE' }]);
  });

  test('keeps its parts that answer when others do not', async () => {
    const inner = fakeFederation();
    const federation = fakeFederation({
      parts: (kind, job, ...rest) => inner.parts(kind, kind === 'Step' ? { ...job, source: 'up' } : job, ...rest),
    });
    const query =
      '{ job(source: "down", key: "a") { key attempts { nodes { key } } steps { nodes { key } } logs { nodes { message } } } }';
    const { data, errors } = await run(federation, query);
    expect(data).toEqual({ job: { key: 'a', attempts: null, steps: { nodes: [{ key: 'step' }] }, logs: null } });
    expect(errors.map(({ code }) => code)).toEqual(['SOURCE_UNAVAILABLE', 'SOURCE_UNAVAILABLE']);
  });
});

describe.each(Object.entries(EXECUTORS))('jobs, %s', (_name, run) => {
  test('come from the listing alone', async () => {
    const federation = fakeFederation();
    const query =
      '{ jobs(first: 2) { edges { cursor node { key name status } } totalCount failures { source code } } }';
    const { data, errors } = await run(federation, query);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      jobs: {
        edges: [
          { cursor: 'cursor-0', node: { key: 'a', name: 'Job a', status: 'RUNNING' } },
          { cursor: 'cursor-1', node: { key: 'b', name: 'Job b', status: 'RUNNING' } },
        ],
        totalCount: 2,
        failures: [{ source: 'down', code: 'SOURCE_UNAVAILABLE' }],
      },
    });
    expect(federation.asked).toEqual(['jobs up,down']);
  });

  test('of a source that does not answer are an error there, and the other source is shown', async () => {
    const { data, errors } = await run(fakeFederation(), '{ sources { name jobs { nodes { key } } } }');
    expect(data).toEqual({
      sources: [
        { name: 'up', jobs: { nodes: [{ key: 'a' }, { key: 'b' }] } },
        { name: 'down', jobs: null },
      ],
    });
    expect(errors).toEqual([
      { path: 'sources.1.jobs', message: 'down: it does not answer.', code: 'SOURCE_UNAVAILABLE' },
    ]);
  });
});
