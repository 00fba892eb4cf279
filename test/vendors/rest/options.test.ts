import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseText } from '../../../src/config/load.ts';
import { parseConfiguration } from '../../../src/config/parse.ts';
import { ConfigurationError } from '../../../src/config/problems.ts';
import { VENDORS } from '../../../src/vendors/index.ts';

const GOOD = {
  vendor: 'rest',
  baseUrl: 'https://builds.example.com/api',
  jobs: {
    list: { path: '/builds', items: 'builds', pagination: { scheme: 'page' } },
    one: { path: '/builds/{job}' },
    key: 'id',
  },
  logs: {
    path: '/builds/{job}/lines',
    items: 'lines',
    id: 'id',
    time: 'at',
    order: 'ascending',
    pagination: { scheme: 'offset' },
  },
};

type Change = Readonly<Record<string, unknown>>;

/** The complaints about the description with these changes; the keys of the changes are paths. */
function problemsOf(changes: Change): readonly string[] {
  const source = structuredClone(GOOD) as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const parent = names.reduce((at, name) => at[name] as Record<string, unknown>, source);
    if (value === undefined) Reflect.deleteProperty(parent, last);
    else parent[last] = value;
  }
  try {
    parseConfiguration({ sources: { builds: source } }, { origin: 'test', vendors: VENDORS, environment: {} });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ key, message }) => `${key}: ${message}`);
  }
}

const both = { parameter: 'order', ascending: 'asc', descending: 'desc' };

describe('a description', () => {
  test.each<[what: string, changes: Change]>([
    ['as it is', {}],
    [
      'with both orders and pages by time',
      { 'logs.order': both, 'logs.pagination': { scheme: 'time', parameter: 'after' } },
    ],
    ['with a key of two fields', { 'jobs.key': ['run', 'task'], 'jobs.one.path': '/runs/{job.1}/tasks/{job.2}' }],
    ['that names the job in the query', { 'logs.path': '/lines', 'logs.query': { build: '{job}' } }],
    [
      'that names the job in a body',
      { 'logs.path': '/lines', 'logs.method': 'POST', 'logs.body': { build: ['{job}'] } },
    ],
    ['with wildcards', { 'logs.items': ["steps.*['log lines']", '$.rest[0]'] }],
    ['with the answer itself as the list', { 'logs.items': '$' }],
  ])('%s is taken', (_what, changes) => {
    expect(problemsOf(changes)).toEqual([]);
  });

  test('with an order and pages as the guide shows them is taken', () => {
    const guide = readFileSync('docs/own-sources.md', 'utf8');
    const blocks = [...guide.matchAll(/```yml\n((?:order|filters):[^]*?)```/g)].map(([, block = '']) => block);
    expect(blocks).toHaveLength(2);
    for (const block of blocks) {
      const keys = Object.entries(parseText(block, 'guide.yaml') as Change);
      const changes = Object.fromEntries(keys.map(([name, value]) => [`logs.${name}`, value]));
      expect(problemsOf({ 'logs.severity': 'level', ...changes })).toEqual([]);
    }
  });

  test.each<[changes: Change, key: string, said: string]>([
    [{ jobs: undefined }, 'jobs', 'is missing, expected an object'],
    [{ 'logs.time': undefined }, 'logs.time', 'a path in the row, or a list of paths'],
    [{ 'logs.tiem': 'at' }, 'logs.tiem', 'is not a known key; did you mean "time"?'],
    [{ 'logs.path': 'builds' }, 'logs.path', 'expected a path such as /jobs/{job}/logs, without a query'],
    [{ 'logs.path': '/lines?x=1' }, 'logs.path', 'without a query'],
    [{ 'logs.path': '/lines' }, 'logs.path', 'must name the job, in it, in `query` or in `body`: {job}, {job.1}'],
    [{ 'logs.path': '/lines/{id}' }, 'logs.path', 'has no {id}; allowed are {job}, {job.1}'],
    [{ 'jobs.list.path': '/builds/{job}' }, 'jobs.list.path', 'a list of jobs takes no variables'],
    [{ 'jobs.one.path': '/builds/{job.2}' }, 'jobs.one.path', 'has no {job.2}; allowed are {job}, {job.1}'],
    [{ 'logs.body': { x: 1 } }, 'logs.body', 'is sent with `method: POST` only'],
    [{ 'logs.items': 'a..b' }, 'logs.items', 'expected a path in the answer'],
    [{ 'jobs.list.items': 'a.*' }, 'jobs.list.items', 'no wildcard'],
    [{ 'jobs.list.items': '$x' }, 'jobs.list.items', 'expected a path in the answer'],
    [{ 'jobs.statuses': { ok: 'FINE' } }, 'jobs.statuses.ok', 'expected one of "QUEUED", "RUNNING"'],
    [{ 'logs.severities': { 3: 'LOUD' } }, 'logs.severities.3', 'expected one of "UNSPECIFIED", "TRACE"'],
    [{ 'logs.order': 'upwards' }, 'logs.order', '"ascending", "descending", or an object with `parameter`'],
    [{ 'logs.timeFormat': 'unix' }, 'logs.timeFormat', 'expected one of "date-time", "seconds"'],
    [
      { 'logs.pagination': { scheme: 'cursor' } },
      'logs.pagination.scheme',
      'expected one of "page", "offset", "token", "time", "whole"',
    ],
    [
      { 'jobs.list.pagination': { scheme: 'time' } },
      'jobs.list.pagination.scheme',
      'expected one of "page", "offset", "token", "whole"',
    ],
    [
      { 'logs.pagination': { scheme: 'token', next: 'n' } },
      'logs.pagination.parameter',
      'is missing, expected a string',
    ],
    [{ 'logs.pagination': { scheme: 'page', pageSize: 0 } }, 'logs.pagination.pageSize', 'must be at least 1'],
    [{ 'logs.pagination': { scheme: 'page', totals: 'n' } }, 'logs.pagination.totals', 'did you mean "total"?'],
    [
      {
        'logs.severity': 'level',
        'logs.filters': { severity: { parameter: 'level', words: { HARMLESS: 'e' } } },
      },
      'logs.filters.severity.words.HARMLESS',
      'is not a known key; allowed are UNSPECIFIED, TRACE, DEBUG, INFO, WARN, ERROR, FATAL',
    ],
    [{ 'logs.id': undefined }, 'logs.id', 'is missing: pages by offset are joined by the ids of their rows'],
    [
      { 'logs.pagination': { scheme: 'time', parameter: 'after' } },
      'logs.order',
      'expected an object with `parameter`, `ascending` and `descending`: pages by time need both orders',
    ],
    [
      { 'logs.pagination': { scheme: 'offset', since: { parameter: 'from' } } },
      'logs.pagination.until',
      'is missing: a read is bounded on both sides or on none',
    ],
    [{ 'jobs.key': ['only'] }, 'jobs.key', 'must be at least 2 items long'],
    [{ auth: { type: 'oauth2-client-credentials', clientId: 'x', clientSecret: 'y' } }, 'auth.tokenUrl', 'is missing'],
  ])('with %j is refused, and the key is named', (changes, key, said) => {
    const [problem = '', ...others] = problemsOf(changes);
    expect(others).toEqual([]);
    expect(problem.startsWith(`sources.builds.${key}: `)).toBe(true);
    expect(problem).toContain(said);
  });
});
