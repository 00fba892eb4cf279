import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/parse.ts';
import { ConfigurationError } from '../../src/config/problems.ts';
import { UnreadableFile } from '../../src/config/text-file.ts';
import { orchard } from './fake-vendors.ts';

const RELAY = JSON.stringify({ abc: 'query A { __typename }', def: 'query D { sources { name } }' });
const APOLLO = JSON.stringify({
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: [
    { id: 'abc', name: 'A', type: 'query', body: 'query A { __typename }' },
    { id: 'def', name: 'D', type: 'query', body: 'query D { sources { name } }' },
  ],
});

function read(persistedQueries: unknown, files: Readonly<Record<string, string>> = {}) {
  const readText = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new UnreadableFile('cannot be read (ENOENT)');
    return text;
  };
  const value = { server: { persistedQueries } };
  return parseConfiguration(value, { origin: 'test', vendors: [orchard], environment: {}, readText }).server
    .persistedQueries;
}

function problemOf(persistedQueries: unknown, files: Readonly<Record<string, string>> = {}): string {
  try {
    read(persistedQueries, files);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return '';
}

test.each([
  ['Relay', RELAY],
  ['Apollo', APOLLO],
])('a manifest written by the compiler of %s is read', (_name, text) => {
  const { known } = read({ manifests: ['one.json'] }, { 'one.json': text });
  expect([...known]).toEqual([
    ['abc', 'query A { __typename }'],
    ['def', 'query D { sources { name } }'],
  ]);
});

test('several consistent manifests are merged', () => {
  const { known } = read({ manifests: ['a', 'b'] }, { a: RELAY, b: APOLLO });
  expect([...known.keys()]).toEqual(['abc', 'def']);
});

describe('an invalid value is refused with its key:', () => {
  test.each([
    [{ only: true }, {}, 'server.persistedQueries.manifests: is missing'],
    [{ only: true, automatic: true, manifests: ['a'] }, { a: RELAY }, 'server.persistedQueries.automatic: must be off'],
    [{ manifests: ['a'] }, {}, 'server.persistedQueries.manifests[0]: cannot be read (ENOENT)'],
    [{ manifests: ['a'] }, { a: 'x' }, 'server.persistedQueries.manifests[0]: is not JSON'],
    [{ manifests: ['a'] }, { a: '[]' }, 'server.persistedQueries.manifests[0]: is not a manifest'],
    [{ manifests: ['a'] }, { a: '{"x": 1}' }, 'server.persistedQueries.manifests[0]: is not a manifest'],
    [{ manifests: ['a'] }, { a: '{"x": "query {"}' }, 'the text of the id "x" is not GraphQL'],
    [
      { manifests: ['a', 'b'] },
      { a: RELAY, b: '{"abc": "{ x }"}' },
      'manifests[1]: has another operation for the id "abc"',
    ],
    [{ manifest: 'a' }, {}, 'server.persistedQueries.manifest'],
  ])('%j with %j', (given, files, message) => {
    expect(problemOf(given, files)).toContain(message);
  });
});
