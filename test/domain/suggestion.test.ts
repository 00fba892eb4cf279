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
])('the suggestion for "%s" is %s', (word, meant) => {
  expect(suggestionFor(word, KEYS)).toBe(meant);
});

test('a letter outside the basic plane counts as one letter', () => {
  expect(suggestionFor('nobody', ['production/Questions 🚀'])).toBeNull();
  expect(suggestionFor('queston 🚀', ['question 🚀'])).toBe('question 🚀');
});

test('no one-letter word is suggested for another', () => {
  expect(suggestionFor('b', ['a'])).toBeNull();
});

test('nothing is suggested if no word is allowed', () => {
  expect(suggestionFor('auth', [])).toBeNull();
});
