import { execute, parse } from 'graphql';
import type { ExecutionArgs } from 'graphql';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { schema } from '../../../schema/index.ts';
import { createContext } from '../../../src/context.ts';
import { Budget } from '../../../src/domain/budget.ts';
import { anotherCall } from '../../../src/domain/call.ts';
import { writeJson } from '../../../src/domain/json.ts';
import type { LogNode } from '../../../src/federation/api.ts';
import { encodeNodeId } from '../../../src/federation/node-id.ts';
import { compiledQuery } from '../../../src/server/graphql/compiled-queries.ts';
import { makingOperation } from '../../../src/server/graphql/rows/making-operation.ts';
import { fakeConnection, fakeEntry, fakeFederation } from '../../resolvers/fake-federation.ts';
import { comparable } from './comparable.ts';

/** Plain fields of a line, and a field that is not plain. */
const FIELDS = [
  '__typename',
  'id',
  'timestamp',
  'placedAt',
  'severity',
  'severityNumber',
  'severityText',
  'severitySource',
  'attemptNumber',
  'stepName',
  'taskName',
  'message',
  'message(ansi: RAW)',
  'message(maxLength: $length)',
  'message(ansi: $ansi, maxLength: 3)',
  'messageTruncated(maxLength: $length)',
  'messageLength(ansi: $ansi)',
  'attributes',
  'job { key }',
];

const field = fc.record({
  name: fc.constantFrom(...FIELDS.slice(0, -1), ...FIELDS),
  key: fc.constantFrom('', 'a', 'b', 'c'),
});
const selection = fc
  .uniqueArray(field, {
    minLength: 1,
    maxLength: 8,
    selector: ({ name, key }) => (key === '' ? /^\w+/.exec(name)?.[0] : key),
  })
  .map((fields) => fields.map(({ name, key }) => (key === '' ? name : `${key}: ${name}`)).join(' '));

const piece = fc.constantFrom(
  'a',
  'é',
  '"',
  '\\',
  '\n',
  '\0',
  '\u001b[1m',
  '\u2028',
  '\ud83d\ude00',
  '\ud800',
  '\udc00',
  'x'.repeat(300),
);
const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const row = fc.record({
  message: text,
  severity: fc.record({
    number: fc.integer({ min: 0, max: 24 }),
    text: fc.option(text),
    source: fc.constant('VENDOR' as const),
  }),
  stepKey: fc.option(text),
  taskKey: fc.option(text),
  attemptKey: fc.option(fc.constantFrom('1', '2')),
  attributes: fc.option(fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null)), { maxKeys: 2 })),
});
const JOB = JSON.stringify(encodeNodeId('Job', 'up', 'a'));

/** Values that no source should give. */
const wrong = fc.constantFrom<object>(
  { timestamp: null },
  { severityNumber: 1.5 },
  { severityNumber: null },
  { severitySource: 'ELSE' },
  { stepName: 7 },
  { taskName: new Error('No name.') },
);

/** In one list, the budget is over at the same row for all executors; several take from it at once. */
const lists = fc.oneof(
  fc.tuple(selection, selection).map(([nodes, edges]) => ({
    text: `nodes(ids: [${JOB}]) { ... on Job { key logs { nodes { ${nodes} } } } }
      job(source: "up", key: "a") { key logs { nodes { ${nodes} } edges { cursor node { ${edges} } } } }`,
    answerBytes: 1_000_000,
  })),
  fc.record({
    text: selection.map((nodes) => `nodes(ids: [${JOB}]) { ... on Job { logs { nodes { ${nodes} } } } }`),
    answerBytes: fc.constantFrom(1_000_000, 400),
  }),
  fc.record({
    text: selection.map(
      (nodes) => `logs(jobs: [${JOB}]) { pageInfo { endCursor } edges { node { ${nodes} } cursor } }`,
    ),
    answerBytes: fc.constantFrom(1_000_000, 400),
  }),
);

const operation = fc.record({
  lists,
  variables: fc.record(
    { length: fc.option(fc.integer({ min: -1, max: 5 })), ansi: fc.constantFrom('RAW', 'STRIP', null) },
    { requiredKeys: [] },
  ),
  rows: fc.array(row, { maxLength: 4 }),
  wrong: fc.option(wrong, { freq: 4 }),
});
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

const NAMES = { stepName: (key: string) => key, taskName: (key: string) => key, attemptNumber: Number };

function argsOf({ lists: { text: selected, answerBytes }, variables, rows, wrong: last }: Operation): ExecutionArgs {
  const nodes: LogNode[] = rows.map((parts, at) => fakeEntry({ source: 'up', key: 'a' }, at, parts, NAMES));
  if (last !== null) nodes.push({ ...fakeEntry({ source: 'up', key: 'a' }, 9), ...last });
  const connection = { ...fakeConnection(nodes), isComplete: () => Promise.resolve(true) };
  const contextValue = createContext(
    { ...fakeFederation(), logs: () => connection },
    { signal: new AbortController().signal, authorization: null },
  );
  const budget = new Budget({ calls: 100, rows: 1_000, vendorBytes: 1_000_000, answerBytes });
  const context = { ...contextValue, call: anotherCall(contextValue.call, { budget }) };
  return {
    schema,
    document: parse(`query ($length: Int, $ansi: AnsiMode) { ${selected} }`),
    contextValue: context,
    variableValues: variables,
  };
}

describe('rows that are made at once', () => {
  test('have the bytes that the interpreted result has', async () => {
    await fc.assert(
      fc.asyncProperty(operation, async (asked) => {
        const interpreted = await execute(argsOf(asked));
        const result = await compiledQuery(argsOf(asked))?.();
        if (result === undefined) throw new Error('The query is not compiled.');
        expect(comparable(result)).toEqual(comparable(interpreted));
        if (interpreted.errors === undefined) expect(writeJson(result)).toBe(writeJson(interpreted));
      }),
      { numRuns: 400 },
    );
  });

  test('are those of a query whose fields of rows are all plain', () => {
    const made = (selected: string) => makingOperation(schema, parse(`{ logs(jobs: []) { nodes { ${selected} } } }`));
    expect(made('timestamp message(maxLength: 3) stepName')).not.toBeNull();
    expect(made('timestamp job { key }')).toBeNull();
  });
});
