import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadConfiguration, parseText } from '../../src/config/load.ts';
import { FAKE_VENDORS } from './fake-vendors.ts';
import type { Configuration } from '../../src/config/configuration.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-config-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function yamlNaming(name: string): string {
  return `sources:\n  ${name}: { vendor: orchard, baseUrl: "http://localhost:1", workspaces: [a] }\n`;
}

async function load(
  options: { path?: string; environment?: Record<string, string> } = {},
): Promise<Configuration | null> {
  return loadConfiguration({ folder, vendors: FAKE_VENDORS, environment: {}, ...options });
}

async function nameLoaded(options: Parameters<typeof load>[0] = {}): Promise<string | undefined> {
  return (await load(options))?.sources[0]?.name;
}

describe('the configuration file', () => {
  test('is null if no file is named and the folder has none', async () => {
    expect(await load()).toBeNull();
    expect(await load({ environment: { TRIBUTARY_CONFIG: '' } })).toBeNull();
  });

  test('is the given path, then the one from the environment, then the usual name', async () => {
    await writeFile(join(folder, 'tributary.yaml'), yamlNaming('usual'));
    await writeFile(join(folder, 'environment.yaml'), yamlNaming('environment'));
    await writeFile(join(folder, 'given.yaml'), yamlNaming('given'));
    const environment = { TRIBUTARY_CONFIG: 'environment.yaml' };
    expect(await nameLoaded()).toBe('usual');
    expect(await nameLoaded({ environment })).toBe('environment');
    expect(await nameLoaded({ environment, path: 'given.yaml' })).toBe('given');
  });

  test('is read as JSON if its extension says so', async () => {
    const source = { vendor: 'orchard', baseUrl: 'http://localhost:1', workspaces: ['a'] };
    await writeFile(join(folder, 'tributary.json'), JSON.stringify({ sources: { fromJson: source } }));
    expect(await nameLoaded()).toBe('fromJson');
  });

  test('must exist if it is named', async () => {
    await expect(load({ path: 'absent.yaml' })).rejects.toThrow(
      'The configuration in absent.yaml has 1 problem:\n  - the file cannot be read (ENOENT)',
    );
  });
});

test.each([
  ['a.json', '{ "title": "half \\ud83d of a pair" }'],
  ['a.yaml', 'title: "half \\ud83d of a pair"'],
])('%s with half of a surrogate pair is refused, and a whole pair is accepted', (file, text) => {
  expect(() => parseText(text, file)).toThrow('an escape such as \\ud83d is half of a surrogate pair');
  expect(parseText(text.replace('\\ud83d', '\\ud83d\\ude00'), file)).toEqual({ title: 'half \u{1f600} of a pair' });
});

test('a file with circular aliases is refused', () => {
  expect(() => parseText('a: &a [*a]', 'a.yaml')).toThrow('its YAML aliases cannot be resolved');
});

describe('a file that cannot be parsed', () => {
  test('is refused with the position, and without any of its text', () => {
    const yaml = 'sources:\n  a:\n    auth: { token: "hunter2\n';
    expect(() => parseText(yaml, 'a.yaml')).toThrow(/invalid YAML at line \d+, column \d+: /);
    expect(() => parseText(yaml, 'a.yaml')).not.toThrow('hunter2');
    expect(() => parseText('{ "token": "hunter2" "x": 1 }', 'a.json')).toThrow('invalid JSON at line 1, column 22');
    expect(() => parseText('{ "token": hunter2 }', 'a.json')).toThrow('invalid JSON');
    expect(() => parseText('{ "token": hunter2 }', 'a.json')).not.toThrow('hunter2');
  });

  test('is refused if it has a duplicate key', () => {
    expect(() => parseText('server: { port: 1 }\nserver: { port: 2 }\n', 'a.yaml')).toThrow(
      'invalid YAML at line 2, column 1: duplicate key',
    );
  });

  test('is refused if a key is a list or a mapping, without printing the key', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    expect(() => parseText('sources: { a: 1 }\n? [token, hunter2]\n: 1\n', 'a.yaml')).toThrow(
      'invalid YAML at line 2, column 3: non string key',
    );
    expect(() => parseText('{ token: hunter2 }: 1\n', 'a.yaml')).not.toThrow('hunter2');
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  test('is refused if its aliases multiply', () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0 ? 'a0: &a0 [x, x, x, x, x, x, x, x, x]' : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`,
    );
    expect(() => parseText(levels.join('\n'), 'a.yaml')).toThrow('its YAML aliases cannot be resolved');
  });
});
