import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { start } from './command-line.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-cli-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('a command line that is wrong', () => {
  test.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['serve', '--colour'], "unknown option '--colour'"],
    [['serve', '--port', 'http'], 'Expected a whole number from 0 to 65535.'],
    [['serve', '--port', '65536'], 'Expected a whole number from 0 to 65535.'],
    [['logs', 'nemo:a', '--since', 'yesterday'], "'--since <time>' argument 'yesterday' is invalid. Expected a date"],
    [['export', 'nemo:a', '--until', '1'], "'--until <time>' argument '1' is invalid. Expected a date"],
    [
      ['logs', 'nemo:a', '--first', '5', '--last', '5'],
      "'--first <number>' cannot be used with option '-n, --last <number>'",
    ],
    [['sandbox', '--fault', 'explode'], 'Expected [SOURCE:]status=CODE'],
  ])('%j ends with 2 and a reason', async (args, reason) => {
    const command = start(args, { folder });
    expect(await command.done).toBe(2);
    expect(command.errors()).toContain(reason);
    expect(command.output()).toBe('');
  });
});

describe('a configuration that is wrong', () => {
  test.each(['serve', 'check'])('ends %s with 2 and a list of what is wrong', async (name) => {
    await writeFile(join(folder, 'tributary.yaml'), 'server: { prot: 1 }\nsources: {}\n');
    const command = start([name], { folder });
    expect(await command.done).toBe(2);
    expect(command.errors()).toBe(
      [
        'The configuration in tributary.yaml has 2 problems:',
        '  - server.prot: is not a known key; did you mean "port"?',
        '  - sources: needs at least one source',
        '',
      ].join('\n'),
    );
    expect(command.output()).toBe('');
  });
});

test('help is a success', async () => {
  const command = start(['--help'], { folder });
  expect(await command.done).toBe(0);
  expect(command.output()).toContain('Usage: tributary');
});

test('--version prints the version of the package', async () => {
  const command = start(['--version'], { folder });
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect({ code: await command.done, output: command.output() }).toEqual({ code: 0, output: `${version}\n` });
});
