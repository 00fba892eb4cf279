import { expect, test } from 'vitest';
import { z } from 'zod';
import { afterReload, keysForRestart, sourceChanges } from '../../src/config/changes.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { parseConfiguration } from '../../src/config/parse.ts';
import { defineVendor } from '../../src/vendors/define-vendor.ts';
import { VENDORS } from '../../src/vendors/index.ts';

const plugin = {
  vendor: 'own',
  title: 'Own',
  options: z.strictObject({}),
  auth: ['none' as const],
  create: () => {
    throw new Error('not made here');
  },
};

/** A configuration as read from the file: plugins are defined anew each time. */
function configured(value: Readonly<Record<string, unknown>>): Configuration {
  const vendors = [...VENDORS, defineVendor(plugin)];
  return parseConfiguration(value, { origin: 'test', vendors, environment: { TOKEN: 'token of ours' } });
}

const one = {
  vendor: 'nemo',
  baseUrl: 'http://one.invalid',
  workspaces: ['a'],
  auth: { type: 'bearer', token: '${TOKEN}' },
};
const own = { vendor: 'own', baseUrl: 'http://own.invalid' };

test('rereading an unchanged configuration reports no changes', () => {
  const value = { server: { port: 4001, persistedQueries: { automatic: true } }, sources: { one, own } };
  const [before, after] = [configured(value), configured(structuredClone(value))];
  expect(sourceChanges(before, after)).toEqual({ added: [], removed: [], changed: [] });
  expect(keysForRestart(before, after)).toEqual([]);
});

test.each([
  ['an address', { baseUrl: 'http://other.invalid' }],
  ['a credential', { auth: { type: 'bearer', token: 'another' } }],
  ['an option of the vendor', { workspaces: ['a', 'b'] }],
  ['a limit', { limits: { concurrency: 3 } }],
  ['how it is followed', { tail: { interval: '2s' } }],
])('a source with a different %s counts as changed', (_what, change) => {
  const before = configured({ sources: { one, own, two: one } });
  const after = configured({ sources: { three: one, one: { ...one, ...change }, own } });
  expect(sourceChanges(before, after)).toEqual({ added: ['three'], removed: ['two'], changed: ['one'] });
});

test('settings that need a restart are reported with their names in the file', () => {
  const before = configured({ sources: { one } });
  const after = configured({
    server: {
      port: 1,
      publicUrl: 'https://a.invalid',
      keepAlive: '9s',
      heartbeat: '9s',
      logLevel: 'warn',
      auth: { type: 'none' },
    },
    limits: { time: '9s', calls: 7, depth: 3 },
    tail: { interval: '3s' },
    redis: { url: 'redis://127.0.0.1:1' },
    sources: { one },
  });
  const keys = keysForRestart(before, after);
  expect(keys).toEqual(['server.port', 'server.heartbeat', 'limits.depth', 'redis']);
  // A worker that starts later goes by the new configuration, except for those keys.
  const later = afterReload(before, after);
  expect(keysForRestart(before, later)).toEqual([]);
  expect([later.limits.calls, later.limits.depth, later.server.port]).toEqual([
    7,
    before.limits.depth,
    before.server.port,
  ]);
  expect(sourceChanges(after, later)).toEqual({ added: [], removed: [], changed: [] });
});
