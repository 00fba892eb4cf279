import { getIntrospectionQuery, Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../../schema/index.ts';
import { DEFAULT_QUERY_LIMITS } from '../../../src/config/service-limits.ts';
import { estimate } from '../../../src/server/cost/estimate.ts';
import type { Estimate } from '../../../src/server/cost/estimate.ts';
import { mergeSelection } from '../../../src/server/cost/merged-selection.ts';
import { start } from '../start.ts';

const INTROSPECTION = getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true });
const FULL_TYPE = INTROSPECTION.slice(INTROSPECTION.indexOf('fragment FullType'));

const SOURCES = { count: 5, logPage: 100 };

function costOf(query: string, variables: Record<string, unknown> = {}): Estimate & { readonly steps: number } {
  const document = parse(query);
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error('The document has no operation.');
  const cost = { fields: 0, comparisons: 0 };
  const selection = mergeSelection(schema, document, operation, (name) => variables[name] === true, cost, 20_000);
  if (selection === null) throw new Error('The operation is too large.');
  return { ...estimate(selection, variables, schema, SOURCES), steps: cost.fields };
}

function aliases(count: number, of: string): string {
  return Array.from({ length: count }, (_, n) => `a${n}: ${of}`).join(' ');
}

/** Fragments of which each spreads the next one `width` times, under names of their own. */
function fragments(depth: number, width: number, field: (next: string) => string, last: string): string {
  const one = (n: number): string => (n === depth - 1 ? last : field(`...F${n + 1}`));
  return Array.from({ length: depth }, (_, n) => `fragment F${n} on Job { ${aliases(width, one(n))} }`).join(' ');
}

describe('the calls that a query may need', () => {
  const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `job-${n}`);

  test.each([
    ['one for each native page', '{ job(source: "a", key: "b") { logs(first: 500) { nodes { id } } } }', {}, 6],
    ['of the default page', '{ logs(jobs: ["a"]) { nodes { id } } }', {}, 1],
    ['of a page from the end', '{ logs(jobs: ["a"], last: 300) { nodes { id } } }', {}, 3],
    ['one for each source', '{ jobs(first: 10) { nodes { name } } }', {}, 5],
    ['one for each source that is named', '{ jobs(sources: ["a", "b"], first: 10) { nodes { name } } }', {}, 2],
    ['of all the lines of a histogram', '{ logHistogram(jobs: ["a", "b"]) { buckets { total } } }', {}, 201],
    ['none for what is configured', '{ sources { name } }', {}, 0],
    ['one for each id', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ids(10_000) }, 10_000],
    [
      'one for each merged job, and one for each further page',
      'query ($ids: [ID!]!) { logs(jobs: $ids, first: 1000) { nodes { id } } }',
      { ids: ids(25) },
      34,
    ],
    [
      'of connections in rows',
      '{ jobs(sources: ["a"], first: 10) { nodes { logs(first: 200) { nodes { id } } } } }',
      {},
      21,
    ],
    ['once for the job that all rows name', '{ logs(jobs: ["a"], first: 100) { nodes { job { name } } } }', {}, 2],
    [
      'none for what a row says',
      '{ logs(jobs: ["a"], first: 100) { nodes { stepName step { key } job { key } } } }',
      {},
      1,
    ],
    ['of the lines around a line', '{ logContext(id: "a", before: 150, after: 149) { nodes { id } } }', {}, 5],
    ['of a count without a page', '{ logs(jobs: ["a"]) { totalCount } }', {}, 1],
    ['of sizes in variables', 'query ($n: Int) { logs(jobs: ["a"], first: $n) { nodes { id } } }', { n: 400 }, 4],
    [
      'of sizes in defaults of variables',
      'query ($n: Int = 400) { logs(jobs: ["a"], first: $n) { nodes { id } } }',
      {},
      1,
    ],
  ])('are %s', (_what, query, variables, calls) => {
    expect(costOf(query, variables).calls).toBe(calls);
  });
});

describe('the work of a query', () => {
  test('is counted for each field of each row', () => {
    const one = costOf('{ logs(jobs: ["a"], first: 1) { nodes { message } } }').work;
    const thousand = costOf('{ logs(jobs: ["a"], first: 1000) { nodes { message } } }').work;
    expect(thousand - one).toBe(999 * 2);
  });

  test('counts fields of one response key once, wherever they are selected', () => {
    const once = '{ logs(jobs: ["a"], first: 50) { nodes { id job { key } } } }';
    const spread = `{ logs(jobs: ["a"], first: 50) { ...A nodes { id } ...B } }
      fragment A on LogEntryConnection { nodes { job { key } } } fragment B on LogEntryConnection { ...A nodes { id } }`;
    expect(costOf(spread)).toMatchObject({ calls: costOf(once).calls, work: costOf(once).work });
  });

  test('leaves out what @include and @skip leave out', () => {
    const query = 'query ($all: Boolean!) { sources { name } jobs(first: 1000) @include(if: $all) { nodes { name } } }';
    expect(costOf(query, { all: false })).toMatchObject({ calls: 0, work: costOf('{ sources { name } }').work });
    expect(costOf(query, { all: true }).calls).toBe(14);
  });

  test('takes the costliest of the types that a node can be', () => {
    const query = '{ node(id: "x") { ... on Job { logs(first: 900) { nodes { id } } } ... on Step { id } } }';
    expect(costOf(query).calls).toBe(10);
  });

  test.each([
    [
      'jobs and logs within each other',
      `{ job(source: "a", key: "b") { ${'logs(first: 10) { nodes { message job { '.repeat(5)} id ${'} } }'.repeat(5)} } }`,
    ],
    [
      '80 aliased logs of 100 rows',
      `{ job(source: "a", key: "b") { logs(first: 100) { nodes { job { ${aliases(80, 'logs { nodes { message } }')} } } } } }`,
    ],
    [
      '100 aliases of 1,000 rows of 25 jobs',
      `{ ${aliases(100, `logs(jobs: [${'"x" '.repeat(25)}], first: 1000) { nodes { message } }`)} }`,
    ],
    [
      '4^6 fields in fragments',
      `{ job(source: "a", key: "b") { ...F0 } } ${fragments(6, 4, (next) => `logs(first: 1) { nodes { job { ${next} } } }`, 'name')}`,
    ],
    [
      '2^60 fields in fragments',
      `{ job(source: "a", key: "b") { ...F0 } } ${fragments(60, 2, (next) => `logs(first: 1) { nodes { job { ${next} } } }`, 'name')}`,
    ],
    ['20 introspections', `{ ${aliases(20, '__schema { types { ...FullType } }')} } ${FULL_TYPE}`],
    ['100 introspections', `{ ${aliases(100, '__schema { types { ...FullType } }')} } ${FULL_TYPE}`],
  ])('is over a limit for %s, which is found without expanding the query', (_what, query) => {
    const { calls, work, steps } = costOf(query);
    expect(steps).toBeLessThan(3_000);
    expect(calls > DEFAULT_QUERY_LIMITS.calls || work > DEFAULT_QUERY_LIMITS.work).toBe(true);
  });

  const part = '(first: 20) { edges { node { key name status } } }';
  const logs =
    'logs(first: 20) { edges { cursor node { id timestamp severity message job { key } } } pageInfo { hasNextPage } }';

  test.each([
    [
      'fifty jobs of five sources with all their parts and twenty lines each',
      `{ sources { jobs(first: 50) { nodes { name steps${part} tasks${part} attempts(first: 20) { nodes { key } } ${logs} } } } }`,
    ],
    [
      'a thousand lines with all that they say',
      '{ logs(jobs: ["a"], first: 1000) { edges { cursor node { id timestamp severity severityNumber severityText message stepName taskName attemptNumber placedAt attributes job { id key name status } } } pageInfo { endCursor hasNextPage } totalCount isComplete } }',
    ],
    [
      'a histogram with all that it says',
      '{ logHistogram(jobs: ["a"]) { buckets { from until total counts { severity count } } failures { code } } }',
    ],
    ["GraphiQL's introspection", INTROSPECTION],
  ])('is within the limits for %s', (_what, query) => {
    const { calls, work } = costOf(query);
    expect(calls).toBeLessThan(DEFAULT_QUERY_LIMITS.calls);
    expect(work).toBeLessThan(DEFAULT_QUERY_LIMITS.work);
  });
});

describe('a server', () => {
  test('uses the defaults of variables', async () => {
    const server = await start();
    const query =
      'query ($n: Int = 1000) { sources { jobs(first: $n) { nodes { logs(first: $n) { nodes { id } } } } } }';
    const codes = async (variables: Record<string, unknown>) =>
      (await server.query(query, variables)).errors?.map(({ extensions }) => extensions['code']);
    expect(await codes({})).toEqual(['QUERY_TOO_COMPLEX']);
    expect(await codes({ n: 2 })).toEqual(['SOURCE_UNAVAILABLE']);
  });

  test('refuses a query that is slow to validate without validating it', async () => {
    const server = await start();
    await server.query('{ sources { name } }');
    for (const query of [
      `{ ${'sources { name } '.repeat(900)} }`,
      `{ job(source: "up", key: "b") { ...F0 } } ${fragments(60, 2, (next) => `logs(first: 1) { nodes { job { ${next} } } }`, 'name')}`,
      '{ job(source: "up", key: "b") { ...F } } fragment F on Job { a: logs { nodes { job { ...F } } } b: logs { nodes { job { ...F id } } } }',
    ]) {
      const begun = process.cpuUsage();
      const { errors } = await server.query(query);
      const { user, system } = process.cpuUsage(begun);
      expect((user + system) / 1_000).toBeLessThan(5_000);
      expect(errors?.length).toBeGreaterThan(0);
    }
    expect(server.log).toEqual([]);
  });
});
