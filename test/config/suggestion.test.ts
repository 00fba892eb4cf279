import { expect, test } from 'vitest';
import { suggestionFor } from '../../src/config/suggestion.ts';

const KEYS = ['workspaces', 'pageSize', 'baseUrl', 'auth', 'limits'];

test.each([
  ['workspace', 'workspaces'],
  ['pagesize', 'pageSize'],
  ['baseURL', 'baseUrl'],
  ['auht', 'auth'],
  ['limit', 'limits'],
  ['colour', null],
  ['', null],
])('"%s" is taken for %s', (word, meant) => {
  expect(suggestionFor(word, KEYS)).toBe(meant);
});

test('nothing is suggested where nothing is allowed', () => {
  expect(suggestionFor('auth', [])).toBeNull();
});
