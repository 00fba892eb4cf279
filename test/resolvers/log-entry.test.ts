import { defaultFieldResolver, getNamedType, isLeafType } from 'graphql';
import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { cleanAhead } from '../../resolvers/log-entry.ts';
import { createContext } from '../../src/context.ts';
import type { LogNode, SourceInfo } from '../../src/federation/api.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeConnection, fakeEntry, fakeFederation } from './fake-federation.ts';
import { EXECUTORS } from './run.ts';

const JOB = { source: 'up', key: 'a' };

/** A vendor whose keys say the names of steps and the numbers of attempts, and nothing of tasks. */
const NAMES: SourceInfo['names'] = {
  stepName: (key) => `Name of ${key}`,
  attemptNumber: (key) => (key.startsWith('#') ? Number(key.slice(1)) : null),
};

function federationWith(...entries: readonly Partial<LogNode>[]) {
  const nodes = entries.map((parts, number) => fakeEntry(JOB, number, parts, NAMES));
  const logs = () => ({
    ...fakeConnection(nodes),
    isComplete: () => Promise.resolve(true),
    failures: () => Promise.resolve([]),
  });
  return fakeFederation({ logs }, NAMES);
}

describe.each(Object.entries(EXECUTORS))('a log entry, %s', (_name, run) => {
  async function first(federation: ReturnType<typeof federationWith>, selection: string, variables = {}) {
    const declaration = Object.keys(variables).length > 0 ? 'query ($n: Int) ' : '';
    const query = `${declaration}{ job(source: "up", key: "a") { logs { nodes { ${selection} } } } }`;
    const { data, errors } = await run(federation, query, variables);
    return { node: (data as { job: { logs: { nodes: unknown[] } } }).job.logs.nodes[0], errors };
  }

  test('shows the time with every digit and the severity in all its forms', async () => {
    const federation = federationWith({
      timestamp: '2026-03-01T09:00:00.1234567891Z',
      severity: { number: 18, text: 'Schwerer Fehler', source: 'INFERRED' },
    });
    const { node } = await first(federation, 'timestamp severity severityNumber severityText severitySource');
    expect(node).toEqual({
      timestamp: '2026-03-01T09:00:00.1234567891Z',
      severity: 'ERROR',
      severityNumber: 18,
      severityText: 'Schwerer Fehler',
      severitySource: 'INFERRED',
    });
  });

  test('says where it stands when that is not its own time, and nothing where it is', async () => {
    const own = federationWith({ timestamp: '2026-03-01T09:00:00.5Z', time: 1_772_355_600_500_000_000n });
    expect((await first(own, 'placedAt')).node).toEqual({ placedAt: null });
    const placed = federationWith({ timestamp: '2026-03-01T10:00:00Z', time: 1_772_355_680_000_000_000n });
    expect((await first(placed, 'timestamp placedAt')).node).toEqual({
      timestamp: '2026-03-01T10:00:00Z',
      placedAt: '2026-03-01T09:01:20Z',
    });
  });

  test('costs no call for the ids and keys of what wrote it', async () => {
    const federation = federationWith({ attemptKey: 'one', stepKey: null, taskKey: 'three' });
    const { node } = await first(
      federation,
      'job { id source { name } key } attempt { id key } step { key } task { id job { key } }',
    );
    expect(node).toEqual({
      job: { id: encodeNodeId('Job', 'up', 'a'), source: { name: 'up' }, key: 'a' },
      attempt: { id: encodeNodeId('Attempt', 'up', 'a', 'one'), key: 'one' },
      step: null,
      task: { id: encodeNodeId('Task', 'up', 'a', 'three'), job: { key: 'a' } },
    });
    expect(federation.asked).toEqual([]);
  });

  test('answers from the line what the line says of its parts', async () => {
    const federation = federationWith(
      { attemptKey: '#2', stepKey: 'one', taskKey: 'three' },
      { attemptKey: null, stepKey: null, taskKey: null },
    );
    const { data, errors } = await run(
      federation,
      `{ job(source: "up", key: "a") { logs { nodes {
        attemptNumber stepName taskName attempt { key number } step { id name } task { key } ... on LogEntry { step { key } }
      } } } }`,
    );
    expect(errors).toEqual([]);
    expect((data as { job: { logs: { nodes: unknown[] } } }).job.logs.nodes).toEqual([
      {
        attemptNumber: 2,
        stepName: 'Name of one',
        taskName: null,
        attempt: { key: '#2', number: 2 },
        step: { id: encodeNodeId('Step', 'up', 'a', 'one'), name: 'Name of one', key: 'one' },
        task: { key: 'three' },
      },
      { attemptNumber: null, stepName: null, taskName: null, attempt: null, step: null, task: null },
    ]);
    expect(federation.asked).toEqual([]);
  });

  test('loads what wrote it once when a field needs more than the line says', async () => {
    const federation = federationWith({ stepKey: 'one' }, { stepKey: 'one' });
    const { node, errors } = await first(federation, 'job { name } step { name status attempt { key } }');
    expect(errors).toEqual([]);
    expect(node).toEqual({ job: { name: 'Job a' }, step: { name: 'Step one', status: 'RUNNING', attempt: null } });
    expect(federation.asked.toSorted()).toEqual(['job up/a', 'step up/one']);
  });

  test.each([
    ['is gone', 'up', 'missing', 'NOT_FOUND'],
    ['is at a source that does not answer', 'down', 'one', 'SOURCE_UNAVAILABLE'],
  ])('is still there, with one error for all lines, when what wrote it %s', async (_what, source, key, code) => {
    const line = { source, jobKey: key, stepKey: key, taskKey: key };
    const federation = federationWith(line, line, { ...line, stepKey: null });
    const { data, errors } = await run(
      federation,
      '{ job(source: "up", key: "a") { logs { nodes { job { name status } step { status name } task { key } } } } }',
    );
    expect((data as { job: { logs: { nodes: unknown[] } } }).job.logs.nodes).toEqual([
      { job: null, step: null, task: { key } },
      { job: null, step: null, task: { key } },
      { job: null, step: null, task: { key } },
    ]);
    expect(errors.map(({ code, path }) => ({ code, path })).toSorted((a, b) => (a.path! < b.path! ? -1 : 1))).toEqual([
      { code, path: 'job.logs.nodes.0.job' },
      { code, path: 'job.logs.nodes.0.step' },
    ]);
    expect(federation.asked.toSorted()).toEqual([`job ${source}/${key}`, `step ${source}/${key}`]);
  });

  test.each(['attempt', 'step', 'task'])(
    'gives the failure of a source once for all lines, whatever each %s',
    async (field) => {
      const lines = ['one', 'two', 'three'].flatMap((key) => {
        const line = { source: 'down', jobKey: 'a', attemptKey: key, stepKey: key, taskKey: key };
        return [line, line];
      });
      const { data, errors } = await run(
        federationWith(...lines),
        `{ job(source: "up", key: "a") { logs { nodes { message part: ${field} { key status } } } } }`,
      );
      const { nodes } = (data as { job: { logs: { nodes: { part: unknown }[] } } }).job.logs;
      expect(nodes.map(({ part }) => part)).toEqual(lines.map(() => null));
      expect(errors.map(({ code, path }) => ({ code, path }))).toEqual([
        { code: 'SOURCE_UNAVAILABLE', path: 'job.logs.nodes.0.part' },
      ]);
    },
  );

  test('has the error of its own step where several steps are gone', async () => {
    const lines = ['missing', 'missing'].map((stepKey, at) => ({ source: 'up', jobKey: `job-${at}`, stepKey }));
    const { errors } = await run(
      federationWith(...lines, ...lines),
      '{ job(source: "up", key: "a") { logs { nodes { step { key status } } } } }',
    );
    expect(errors.map(({ code, path }) => ({ code, path }))).toEqual([
      { code: 'NOT_FOUND', path: 'job.logs.nodes.0.step' },
      { code: 'NOT_FOUND', path: 'job.logs.nodes.1.step' },
    ]);
  });

  test('has its message without escape sequences unless one wants it raw, cut on request', async () => {
    const federation = federationWith({ message: '\u001b[31mred\u001b[0m alert' });
    const { node } = await first(federation, 'message raw: message(ansi: RAW) short: message(maxLength: 5)');
    expect(node).toEqual({ message: 'red alert', raw: '\u001b[31mred\u001b[0m alert', short: 'red a' });
  });

  test('says of each way to ask for the message whether that is cut, and how long the message is', async () => {
    const { node, errors } = await first(
      federationWith({ message: '\u001b[31mred\u001b[0m alert' }),
      `whole: messageTruncated
       exact: messageTruncated(maxLength: 9)
       short: messageTruncated(maxLength: 8)
       none: messageTruncated(maxLength: 0)
       raw: messageTruncated(ansi: RAW, maxLength: 9)
       rawExact: messageTruncated(ansi: RAW, maxLength: 18)
       byVariable: messageTruncated(maxLength: $n)
       messageLength
       rawLength: messageLength(ansi: RAW)`,
      { n: 3 },
    );
    expect(errors).toEqual([]);
    expect(node).toEqual({
      whole: false,
      exact: false,
      short: true,
      none: true,
      raw: true,
      rawExact: false,
      byVariable: true,
      messageLength: 9,
      rawLength: 18,
    });
  });

  test('judges a cut by the arguments of the field itself, not by what else is selected', async () => {
    const { node } = await first(
      federationWith({ message: 'a long message' }),
      `left: message(maxLength: 3) @include(if: false) whole: message messageTruncated
       cut: message(maxLength: 3) isCut: messageTruncated(maxLength: 3)`,
    );
    expect(node).toEqual({ whole: 'a long message', messageTruncated: false, cut: 'a l', isCut: true });
  });

  test('counts what is out of the basic plane as two code units, and cuts before half of it', async () => {
    const { node } = await first(
      federationWith({ message: 'ab🚀' }),
      'messageLength message(maxLength: 3) messageTruncated(maxLength: 3) whole: messageTruncated(maxLength: 4)',
    );
    expect(node).toEqual({ messageLength: 4, message: 'ab', messageTruncated: true, whole: false });
  });

  test.each(['message(maxLength: -1)', 'messageTruncated(maxLength: -1)'])(
    'refuses the negative length of %s',
    async (field) => {
      const { data, errors } = await run(
        federationWith({}),
        `{ job(source: "up", key: "a") { logs { nodes { ${field} } } } }`,
      );
      expect(data).toEqual({ job: { logs: null } });
      expect(errors.map(({ code }) => code)).toEqual(['BAD_USER_INPUT']);
    },
  );

  test('shows exceptions and attributes as they are', async () => {
    const exceptions = [{ type: 'ValueError', message: null, frames: [{ file: 'a.py', line: 3, function: null }] }];
    const { node } = await first(
      federationWith({ exceptions, attributes: { worker: { id: 7 } } }),
      'exceptions { type message frames { file line function } } attributes',
    );
    expect(node).toEqual({ exceptions, attributes: { worker: { id: 7 } } });
  });
});

test('no leaf of a line depends on what is selected beside it, so that a cache may keep each by its arguments', async () => {
  const federation = federationWith();
  const context = createContext(federation, { signal: new AbortController().signal, authorization: null });
  const entry = fakeEntry(JOB, 1, { attemptKey: 'one', taskKey: 'three' });
  const lookedAt: string[] = [];
  const fields = Object.values((schema.getType('LogEntry') as GraphQLObjectType).getFields());
  const leaves = fields.filter(({ type }) => isLeafType(getNamedType(type)));
  expect(leaves.length).toBeGreaterThan(12);
  for (const field of leaves) {
    const info = new Proxy({} as GraphQLResolveInfo, {
      get: (_target, name) => lookedAt.push(`${field.name} looks at ${String(name)}`),
    });
    const resolve = field.resolve ?? defaultFieldResolver;
    await resolve(entry, {}, context, { fieldName: field.name, __proto__: info } as never);
  }
  expect(lookedAt).toEqual([]);
});

test('long lines that come to a hundred streams at once are cleaned one after the other, in turns with other work', async () => {
  const text = 'x'.repeat(300_000);
  let begun = 0;
  const lines = Array.from({ length: 100 }, (_, number): LogNode => {
    let reads = 0;
    return {
      ...fakeEntry(JOB, number),
      get message() {
        reads += 1;
        // The first time, its length is read.
        if (reads === 2) begun += 1;
        return text;
      },
    };
  });
  const all = Promise.all(lines.map((line) => cleanAhead([line])));
  let [most, before] = [begun, begun];
  const cleaning = { isOver: false };
  const done = all.finally(() => (cleaning.isOver = true));
  while (!cleaning.isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, begun - before);
    before = begun;
  }
  await done;
  expect(begun).toBe(100);
  expect(most).toBeLessThanOrEqual(2);
});
