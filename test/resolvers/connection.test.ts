import { describe, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import { UNITS_PER_TURN } from '../../src/domain/turns.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeConnection, fakeEntry, fakeFederation } from './fake-federation.ts';
import { EXECUTORS } from './run.ts';

const ALL = 'nodes { id } edges { cursor } pageInfo { hasNextPage } totalCount';

describe.each(Object.entries(EXECUTORS))('a connection, %s', (_name, run) => {
  test.each([
    ['the lines of a job', `logs { ${ALL} isComplete failures { code } }`, 'logs'],
    ['its attempts', `attempts { ${ALL} }`, 'attempts'],
    ['its steps', `steps { ${ALL} ... { more: nodes { name } } }`, 'steps'],
    ['its tasks', `tasks { ${ALL} }`, 'tasks'],
  ])('whose source fails gives one error, its own: %s', async (_what, selection, field) => {
    const { data, errors } = await run(fakeFederation(), `{ job(source: "down", key: "a") { key ${selection} } }`);
    expect(data).toEqual({ job: { key: 'a', [field]: null } });
    expect(errors.map(({ code, path }) => ({ code, path }))).toEqual([
      { code: 'SOURCE_UNAVAILABLE', path: `job.${field}` },
    ]);
  });

  test.each(['Attempt', 'Step', 'Task'])('of the lines of one %s whose source fails gives one error', async (kind) => {
    const id = encodeNodeId(kind as 'Step', 'down', 'a', 'one');
    const { data, errors } = await run(
      fakeFederation(),
      `{ node(id: "${id}") { ... on ${kind} { logs { ${ALL} } } } }`,
    );
    expect(data).toEqual({ node: { logs: null } });
    expect(errors.map(({ path }) => path)).toEqual(['node.logs']);
  });

  test('of the jobs of a source that fails gives one error', async () => {
    const { data, errors } = await run(
      fakeFederation(),
      `{ source(name: "down") { name jobs { ${ALL} failures { code } } } }`,
    );
    expect(data).toEqual({ source: { name: 'down', jobs: null } });
    expect(errors.map(({ path }) => path)).toEqual(['source.jobs']);
  });

  test('at the root that is asked for with a bad cursor gives one error', async () => {
    const bad = () => Promise.reject(new TributaryError('CURSOR_INVALID', 'The cursor is none of this connection.'));
    const failing = { edges: bad, nodes: bad, pageInfo: bad, failures: bad };
    const rest = { totalCount: () => Promise.resolve(3), isComplete: () => Promise.resolve(true) };
    const federation = fakeFederation({ logs: () => ({ ...failing, ...rest }), jobs: () => ({ ...failing, ...rest }) });
    const id = encodeNodeId('Job', 'up', 'a');
    for (const field of [`logs(jobs: ["${id}"], after: "x")`, 'jobs(after: "x")']) {
      const { data, errors } = await run(federation, `{ ${field} { ${ALL} failures { code } } }`);
      expect(data).toBeNull();
      expect(errors.map(({ code }) => code)).toEqual(['CURSOR_INVALID']);
    }
  });

  test('reads no page for what needs none, and asks whether it is complete beside its page', async () => {
    const asked: string[] = [];
    const entries = [fakeEntry({ source: 'up', key: 'a' }, 1)];
    const said = <T>(what: string, value: T) => {
      asked.push(what);
      return Promise.resolve(value);
    };
    const federation = fakeFederation({
      logs: () => ({
        ...fakeConnection(entries),
        nodes: () => said('page', entries),
        totalCount: () => said('count', 1),
        isComplete: () => said('complete', true),
        failures: () => said('failures', []),
      }),
    });
    await run(federation, '{ job(source: "up", key: "a") { logs { __typename totalCount } } }');
    expect(asked).toEqual(['count']);
    asked.length = 0;
    await run(federation, '{ job(source: "up", key: "a") { logs { isComplete pageInfo { endCursor } } } }');
    expect(asked).toEqual(['complete', 'page', 'complete']);
  });

  test.each(['nodes { timestamp message }', 'edges { node { timestamp message } }'])(
    'of many rows lets the event loop have its turn between them: %s',
    async (selection) => {
      let [shown, before, most] = [0, 0, 0];
      const entries = Array.from({ length: 10_000 }, (_, n) =>
        Object.defineProperty(fakeEntry({ source: 'up', key: 'a' }, n), 'timestamp', {
          get: () => ((shown += 1), '2026-03-01T09:00:00Z'),
        }),
      );
      const logs = {
        ...fakeConnection(entries),
        isComplete: () => Promise.resolve(true),
        failures: () => Promise.resolve([]),
      };
      const state = { isOver: false };
      const answered = run(
        fakeFederation({ logs: () => logs }),
        `{ job(source: "up", key: "a") { logs { ${selection} } } }`,
      );
      const done = answered.finally(() => (state.isOver = true));
      while (!state.isOver) {
        await new Promise((resolve) => setImmediate(resolve));
        most = Math.max(most, shown - before);
        before = shown;
      }
      const { data, errors } = await done;
      expect(errors).toEqual([]);
      expect(JSON.stringify(data).match(/line /g)).toHaveLength(10_000);
      expect(most).toBeLessThanOrEqual(UNITS_PER_TURN);
    },
  );
});
