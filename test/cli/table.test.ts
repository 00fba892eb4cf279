import { expect, test } from 'vitest';
import { formatTable } from '../../src/cli/table.ts';

test('columns line up, and no line ends in spaces', () => {
  expect(
    formatTable(
      ['NAME', 'FOUND'],
      [
        ['a', 'much'],
        ['longer', ''],
      ],
    ),
  ).toBe('NAME    FOUND\na       much\nlonger\n');
});
