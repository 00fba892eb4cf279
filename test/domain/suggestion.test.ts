import { expect, test } from 'vitest';
import { suggestionFor } from '../../src/domain/suggestion.ts';

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

test('a letter outside the basic plane is one letter', () => {
  expect(suggestionFor('nobody', ['production/Questions 🚀'])).toBeNull();
  expect(suggestionFor('queston 🚀', ['question 🚀'])).toBe('question 🚀');
});

test('a word of one letter is not taken for another', () => {
  expect(suggestionFor('b', ['a'])).toBeNull();
});

test('nothing is suggested where nothing is allowed', () => {
  expect(suggestionFor('auth', [])).toBeNull();
});
