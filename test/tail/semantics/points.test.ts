import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { NUMBERS, point } from './points.ts';

const ROOT = new URL('../../../', import.meta.url);

function read(path: string): Promise<string> {
  return readFile(new URL(path, ROOT), 'utf8');
}

/** The rows of the page's table: a point's name, and the files that it says test it. */
async function rows(): Promise<{ readonly name: string; readonly files: readonly string[] }[]> {
  const page = await read('docs/tail.md');
  return [...page.matchAll(/^\| (\d+\. .*?) +\| (`test\/.*`) +\|$/gm)].map(([, name = '', files = '']) => ({
    name,
    files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
  }));
}

test('the page on tails names every point', async () => {
  expect((await rows()).map(({ name }) => name)).toEqual(NUMBERS.map(point));
});

test('each point has tests where the page says', async () => {
  for (const [index, { files }] of (await rows()).entries()) {
    for (const file of files) expect(await read(file), file).toContain(`(point(${NUMBERS[index]!}), `);
  }
});
