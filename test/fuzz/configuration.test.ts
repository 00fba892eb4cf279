import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadConfiguration } from '../../src/config/load.ts';
import { ConfigurationError } from '../../src/config/problems.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { ROOT } from '../support/folders.ts';
import { damage, damaged, nastyValue, PATIENCE, place, settingsFor, withValue } from './cases.ts';
import { anyCharacter } from '../support/any-character.ts';

const SECRET = 'canary-of-configuration';
const environment = { TOKEN: SECRET, SECRET, CURSOR_SECRET: SECRET.repeat(3), OTLP_TOKEN: SECRET };
const MORE = {
  limits: { calls: 10, time: '30s' },
  tail: { interval: '1s', drain: ['2s'] },
  redis: { url: 'redis://127.0.0.1:1', leaseTtl: '5s' },
  sources: {
    one: {
      vendor: 'nemo',
      baseUrl: 'http://a.example',
      workspaces: ['x'],
      auth: { type: 'bearer', token: '${TOKEN}' },
    },
    two: { vendor: 'bytenite', baseUrl: 'http://b.example', auth: { type: 'api-key-exchange', apiKey: SECRET } },
  },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-fuzz-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A configuration, or everything that is wrong with it: nothing of it that is a secret. */
async function load(text: string, name: string): Promise<void> {
  await writeFile(join(folder, name), text);
  try {
    await loadConfiguration({ path: name, environment, folder, vendors: VENDORS });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.message).not.toContain(SECRET);
    expect(error.message).not.toContain(folder);
  }
}

describe('a configuration file', { timeout: PATIENCE }, () => {
  test('is used, or refused with what is wrong in it, whatever it holds', async () => {
    const example = await readFile(join(ROOT, 'deploy', 'tributary.yaml'), 'utf8');
    const bases = [example, stringify(MORE)];
    const values = [parse(example) as unknown, MORE];
    const text = fc.oneof(
      fc
        .tuple(fc.constantFrom(...bases), fc.array(damage, { minLength: 1, maxLength: 3 }))
        .map(([base, harms]) => harms.reduce(damaged, base)),
      fc
        .tuple(fc.constantFrom(...values), place, nastyValue)
        .map(([base, at, value]) => JSON.stringify(withValue(base, at, value))),
      fc.tuple(fc.constantFrom(...values), place).map(([base, at]) => JSON.stringify(withValue(base, at, undefined))),
      nastyValue.map((value) => JSON.stringify(value)),
      fc.string({ unit: anyCharacter }),
      fc.constantFrom(
        'a: &a [*a, *a]',
        '? ? ? ?',
        '{'.repeat(500),
        '- '.repeat(500),
        'a: !!js/function x',
        '%YAML 9\n---\n',
      ),
    );
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('fuzz.yaml', 'fuzz.json'), load),
      settingsFor('configuration files'),
    );
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});
