import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';

const FILES = ['src', 'schema', 'resolvers', 'explorer/src', 'test', 'bench', 'scripts']
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
  .filter((file) => /\.tsx?$/.test(file) && !file.split(sep).includes('node_modules'));

const COMMENT = /\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g;

/** Questions, and words that hide the subject of a sentence. */
const RIDDLE = /[a-z]\?(?=\s|$)|\b(?:whoever|there no more|(?:is|are) said)\b/i;

/** The comments of a text that are riddles. Code in backquotes does not count. */
function riddlesIn(text: string): readonly string[] {
  return (text.match(COMMENT) ?? []).filter((comment) => RIDDLE.test(comment.replaceAll(/`[^`]*`/g, '')));
}

/** A name in a call of `test` or `describe` that ends in a stop or a question mark: it is no part of a longer sentence. */
const ENDED_NAME = /(?:\b(?:test|describe)|\))\(\s*(['"`])((?:(?!\1)[^\n])+[.?])\1,/g;

function endedNamesIn(text: string): readonly string[] {
  return [...text.matchAll(ENDED_NAME)].map(([, , name = '']) => name);
}

test('comments are statements, and their sentences have a subject', () => {
  const found = FILES.flatMap((file) => riddlesIn(readFileSync(file, 'utf8')).map((comment) => `${file}: ${comment}`));
  expect(found).toEqual([]);
  const comments = ['/', '/ Does it count?\n', '/', '* Whoever asks. *', '/', '/', '/ Without `?`.'].join('');
  expect(riddlesIn(comments)).toHaveLength(2);
});

test('names of tests end without a stop, and are no questions', () => {
  const tests = FILES.filter((file) => file.startsWith(`test${sep}`));
  const found = tests.flatMap((file) => endedNamesIn(readFileSync(file, 'utf8')).map((name) => `${file}: ${name}`));
  expect(found).toEqual([]);
  expect(endedNamesIn(['  te', "st('It works.', () => {"].join(''))).toEqual(['It works.']);
});
