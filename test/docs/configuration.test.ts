import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { generateFiles } from '../../config-schema.ts';
import { parseText } from '../../src/config/load.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { parseConfiguration } from '../../src/config/parse.ts';
import { DEFAULT_CLIENT_LIMITS, DEFAULT_QUERY_LIMITS } from '../../src/config/service-limits.ts';
import { DEFAULT_LIMITS } from '../../src/http/settings.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { certificates } from '../http/certificates.ts';

/** Any variable that an example may read. */
const environment = new Proxy<Record<string, string>>(
  {},
  {
    get: () => 'given',
    getOwnPropertyDescriptor: () => ({ value: 'given', configurable: true, enumerable: true }),
  },
);

/** Any file that an example may read. */
function readText(path: string): string {
  if (path.endsWith('.key')) return certificates.client.key;
  if (!path.endsWith('.pem')) return 'given';
  return path.includes('ca') ? certificates.ca : certificates.client.certificate;
}

function parse(block: string, file: string): Configuration {
  return parseConfiguration(parseText(block, file), { origin: file, vendors: VENDORS, environment, readText });
}

function yamlBlocksOf(file: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block]) => block ?? '');
}

describe.each(['README.md', 'docs/configuration.md'])('%s', (file) => {
  test('shows only configurations that are valid', () => {
    const blocks = yamlBlocksOf(file);
    expect(blocks).not.toEqual([]);
    for (const block of blocks) {
      expect(parse(block, file).sources).not.toEqual([]);
    }
  });
});

test('the guide to configuration shows every vendor', () => {
  const [block = ''] = yamlBlocksOf('docs/configuration.md');
  expect(
    parse(block, 'guide')
      .sources.map(({ definition }) => definition.vendor)
      .toSorted(),
  ).toEqual(VENDORS.map(({ vendor }) => vendor).toSorted());
});

test('the JSON Schema and the options of each vendor are up to date', async () => {
  for (const { path, text } of await generateFiles()) expect(readFileSync(path, 'utf8')).toBe(text);
});

describe('the tables of docs/operations.md', () => {
  const guide = readFileSync('docs/operations.md', 'utf8');
  /** Each key and its default, as a row of a table says them. */
  const rows = [...guide.matchAll(/^\| `(\w+)` +\| `?([^`|]+?)`? +\|/gm)].map(([, key = '', initial = '']) => [
    key,
    initial,
  ]);

  test('name every limit of operations and clients with its default', () => {
    const { timeMilliseconds, measureOnly, ...ofQueries } = DEFAULT_QUERY_LIMITS;
    const { unreadBytes: _, heldVendorBytes: __, ...ofClients } = DEFAULT_CLIENT_LIMITS;
    const expected = Object.entries({ ...ofQueries, ...ofClients }).map(([key, value]) => [key, String(value)]);
    expect(rows).toEqual(
      expect.arrayContaining([
        ...expected,
        ['time', `${timeMilliseconds / 1_000}s`],
        ['unreadBytes', 'a quarter of the heap'],
        ['heldVendorBytes', 'half of the heap'],
      ]),
    );
    expect(measureOnly).toBe(false);
    expect(guide).toContain('`limits.measureOnly: true`');
  });

  test('name the limits of queues and streams of a source with their defaults', () => {
    const { queue, callerQueue, queueMilliseconds, stream } = DEFAULT_LIMITS;
    const { milliseconds, ...ofStreams } = stream;
    const expected = Object.entries({ queue, callerQueue, ...ofStreams }).map(([key, value]) => [key, String(value)]);
    expect(rows).toEqual(
      expect.arrayContaining([
        ...expected,
        ['queueTime', `${queueMilliseconds / 1_000}s`],
        ['time', `${milliseconds / 1_000}s`],
      ]),
    );
  });
});
