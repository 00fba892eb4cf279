import { describe, expect, test } from 'vitest';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeEntry, fakeFederation } from './fake-federation.ts';
import { EXECUTORS } from './run.ts';

const JOB = { source: 'up', key: 'a' };
const IDS = {
  Source: encodeNodeId('Source', 'up'),
  Job: encodeNodeId('Job', 'up', 'a'),
  Attempt: encodeNodeId('Attempt', 'up', 'a', 'one'),
  Step: encodeNodeId('Step', 'up', 'a', 'one'),
  Task: encodeNodeId('Task', 'up', 'a', 'one'),
  LogEntry: fakeEntry(JOB, 1).id,
};

describe.each(Object.entries(EXECUTORS))('a node, %s', (_name, run) => {
  test.each(Object.entries(IDS))('of type %s is found again by its id', async (type, id) => {
    const query = 'query ($id: ID!) { node(id: $id) { __typename id } }';
    expect(await run(fakeFederation(), query, { id })).toEqual({
      data: { node: { __typename: type, id } },
      errors: [],
    });
  });

  test.each([
    ['Job', '... on Job { key } ... on Step { name }', []],
    ['Job', '... on Job { name }', ['job up/a']],
    ['Attempt', '... on Attempt { key job { id } logs { nodes { id } } }', ['logs up/a/one']],
    ['Attempt', '... on Attempt { number }', ['attempt up/one']],
    ['Step', '... on Step { key tasks { nodes { key } } }', ['tasks up/a']],
    ['Step', '... on Step { name }', ['step up/one']],
    ['Task', '... on Task { key }', []],
    ['Task', '... on Task { step { key } }', ['task up/one']],
  ] as const)('of type %s that selects %s asks %j', async (type, selection, asked) => {
    const federation = fakeFederation();
    const { errors } = await run(federation, `{ node(id: "${IDS[type]}") { id ${selection} } }`);
    expect(errors).toEqual([]);
    expect(federation.asked).toEqual(asked);
  });

  test.each([
    ['a job', encodeNodeId('Job', 'up', 'missing'), '... on Job { name }'],
    ['a step', encodeNodeId('Step', 'up', 'a', 'missing'), '... on Step { name }'],
    ['a job of no source', encodeNodeId('Job', 'nowhere', 'a'), 'id'],
    ['a source', encodeNodeId('Source', 'nowhere'), 'id'],
    ['a line at no time', encodeNodeId('LogEntry', 'up', 'a', '', 'now', ''), 'id'],
  ])('is null without an error when %s is not there', async (_what, id, selection) => {
    expect(await run(fakeFederation(), `{ node(id: "${id}") { ${selection} } }`)).toEqual({
      data: { node: null },
      errors: [],
    });
  });

  test.each(['', 'Job:1', 'forged', Buffer.from('["Job","up"]').toString('base64url')])(
    'is BAD_USER_INPUT for %j, which is no id of ours',
    async (id) => {
      const { data, errors } = await run(fakeFederation(), `{ node(id: "${id}") { id } }`);
      expect(data).toEqual({ node: null });
      expect(errors.map(({ path, code }) => ({ path, code }))).toEqual([{ path: 'node', code: 'BAD_USER_INPUT' }]);
    },
  );

  test('among several fails alone', async () => {
    const ids = [IDS.Job, 'forged', encodeNodeId('Job', 'down', 'a'), IDS.Source];
    const { data, errors } = await run(
      fakeFederation(),
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Job { name } } }',
      { ids },
    );
    expect(data).toEqual({ nodes: [{ id: IDS.Job, name: 'Job a' }, null, null, { id: IDS.Source }] });
    expect(errors.map(({ path, code }) => ({ path, code }))).toEqual([
      { path: 'nodes.1', code: 'BAD_USER_INPUT' },
      { path: 'nodes.2', code: 'SOURCE_UNAVAILABLE' },
    ]);
  });
});

describe.each(Object.entries(EXECUTORS))('an entity of a federation, %s', (_name, run) => {
  test('is resolved by its type and id, and costs no call when nothing needs one', async () => {
    const federation = fakeFederation();
    const representations = (['Source', 'Job', 'Step', 'LogEntry'] as const).map((__typename) => ({
      __typename,
      id: IDS[__typename],
    }));
    const query = `query ($representations: [_Any!]!) {
      _entities(representations: $representations) {
        __typename
        ... on Source { name } ... on Job { key } ... on Step { key } ... on LogEntry { message id }
      }
    }`;
    const { data, errors } = await run(federation, query, { representations });
    expect(errors).toEqual([]);
    expect(data).toEqual({
      _entities: [
        { __typename: 'Source', name: 'up' },
        { __typename: 'Job', key: 'a' },
        { __typename: 'Step', key: 'one' },
        { __typename: 'LogEntry', message: 'line 1', id: IDS.LogEntry },
      ],
    });
    expect(federation.asked).toEqual(['entry up/a']);
    expect(federation.sources[0]).not.toHaveProperty('__typename');
  });

  test('is refused under the id of another type', async () => {
    const query = `{ _entities(representations: [{ __typename: "Job", id: "${IDS.Step}" }]) { ... on Job { key } } }`;
    const { errors } = await run(fakeFederation(), query);
    expect(errors.map(({ code }) => code)).toEqual(['BAD_USER_INPUT']);
  });
});
