import { expect, test } from 'vitest';
import { complaintOf } from '../../src/cli/output/complaint.ts';
import { namedAs } from '../../src/domain/argument-names.ts';

test('an argument in a message is named as its reader knows it, wherever it stands', () => {
  const message = 'filter.matches takes too long. Use a simpler expression, or filter.contains.';
  expect(namedAs(message, (name) => `<${name}>`)).toBe(
    '<matches> takes too long. Use a simpler expression, or <contains>.',
  );
  expect(namedAs('last: 500 is not allowed', () => 'limit')).toBe('limit: 500 is not allowed');
  expect(namedAs('The first: it is said of no argument.', () => 'limit')).toBe('The first: it is said of no argument.');
});

test('the command line names its options', () => {
  expect(complaintOf({ code: 'BAD_USER_INPUT', message: 'filter.notContains and filter.severityIn are odd.' })).toBe(
    'BAD_USER_INPUT: --not-contains and --severity are odd.\n',
  );
});
