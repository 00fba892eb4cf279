import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';
import { closeSources, connectSources } from '../../src/config/sources.ts';
import { ConfigurationError } from '../../src/config/problems.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { defineVendor } from '../../src/vendors/define-vendor.ts';
import { orchard } from './fake-vendors.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-plugins-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

let modules = 0;

/** The problems of a configuration that names a module with this text. */
async function problemsOf(
  text: string | null,
  more: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  const name = `module-${(modules += 1)}.mjs`;
  if (text !== null) await writeFile(join(folder, name), text);
  await writeFile(join(folder, 'tributary.json'), JSON.stringify({ plugins: [`./${name}`], ...more }));
  try {
    const configuration = await loadConfiguration({ folder, environment: {}, vendors: VENDORS });
    if (configuration !== null) await closeSources(connectSources(configuration));
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ key, message }) => `${key}: ${message}`);
  }
}

const ZOD = JSON.stringify(import.meta.resolve('zod'));
const CONNECTOR = `{ vendor: 'own', parts: {}, probe() {}, getJobs() {}, logs() {},
  capabilities: { attempts: false, steps: false, tasks: false, nativePagination: 'OFFSET', maxPageSize: 9, totalCount: true, pushdown: [] },
  jobLists: [{ key: '', pageSize: 9, isNewestFirst() {}, page() {} }] }`;
const HEAD = `import { z } from ${ZOD};
const good = { vendor: 'own', title: 'Own', options: z.strictObject({ team: z.string() }), auth: ['bearer'], create: () => (connector) };
const connector = ${CONNECTOR};`;

test('a module may define one or more vendors, whose sources have their own keys', async () => {
  const sources = { one: { vendor: 'own', baseUrl: 'https://x.example', auth: { type: 'none' }, team: 'a' } };
  expect(await problemsOf(`${HEAD} export default good;`, { sources })).toEqual([]);
  expect(await problemsOf(`${HEAD} export default [good, { ...good, vendor: 'other' }];`, { sources })).toEqual([]);
  const wrong = { one: { ...sources.one, team: 7, tem: 'x' } };
  expect(await problemsOf(`${HEAD} export default good;`, { sources: wrong })).toEqual([
    'sources.one.team: expected a string, got a number',
    'sources.one.tem: is not a known key; did you mean "team"?',
  ]);
});

test.each([
  [null, 'cannot be loaded: '],
  [
    'export const vendor = 1;',
    'has no default export: expected the result of `defineVendor`, or a list of such results',
  ],
  ['throw new Error("no licence");', 'cannot be loaded: no licence'],
  ['export default 7;', 'expected an object: what `defineVendor` gives'],
  [`${HEAD} export default { ...good, vendor: 'Own!' };`, '`vendor`: expected up to 64 small letters, digits and "-"'],
  [`${HEAD} export default { ...good, title: '' };`, '`title`: expected a text that is not empty'],
  [
    `${HEAD} export default { ...good, options: {} };`,
    '`options`: expected a zod object: the keys that only its sources have',
  ],
  [`${HEAD} export default { ...good, auth: [] };`, '`auth`: expected one or more of none, bearer'],
  [`${HEAD} export default { ...good, auth: ['nope'] };`, '`auth.0`: expected one of none, bearer, basic'],
  [`${HEAD} export default { ...good, create: undefined };`, '`create`: expected a function that makes a connector'],
  [`${HEAD} export default { ...good, vendor: 'rest' };`, 'the vendor "rest" already exists'],
])('the module %j is refused with the key that names it', async (text, said) => {
  const [problem = '', ...others] = await problemsOf(text);
  expect(others).toEqual([]);
  expect(problem.startsWith('plugins[0]: ')).toBe(true);
  expect(problem).toContain(said);
});

test.each([
  ['{ ...connector, logs: undefined, logz() {} }', 'connector.logs: expected a function'],
  ['{ ...connector, capabilities: undefined }', 'connector.capabilities: expected an object: what the vendor can do'],
  [
    "{ ...connector, capabilities: { ...connector.capabilities, nativePagination: 'PAGES' } }",
    'connector.capabilities.nativePagination: expected one of PAGE_TOKEN, OFFSET, RECORD_KEYSET, TIME_KEYSET, WHOLE_RESPONSE',
  ],
  ['{ ...connector, jobLists: [{ key: "" }] }', 'connector.jobLists.0.pageSize: expected a whole number'],
  ['{ ...connector, follow: 7 }', 'connector.follow: expected a function'],
  ['undefined', 'connector: expected an object'],
])('a module whose connector is %s is refused before anything is asked of it', async (connector, said) => {
  const sources = { one: { vendor: 'own', baseUrl: 'https://x.example', auth: { type: 'none' }, team: 'a' } };
  expect(await problemsOf(`${HEAD} export default { ...good, create: () => (${connector}) };`, { sources })).toEqual([
    `plugins[0]: ${said}`,
  ]);
});

test('a connector may be an instance of a class', async () => {
  const sources = { one: { vendor: 'own', baseUrl: 'https://x.example', auth: { type: 'none' }, team: 'a' } };
  const text = `${HEAD} class Own { parts = {}; jobLists = []; vendor = 'own'; get capabilities() { return connector.capabilities; }
    probe() {} getJobs() {} logs() {} } export default { ...good, create: () => new Own() };`;
  expect(await problemsOf(text, { sources })).toEqual([]);
});

test('plugins that are not a list of texts are refused', async () => {
  expect(await problemsOf(null, { plugins: './x.js' })).toEqual(['plugins: expected a list, got a string']);
});

test('a vendor that lacks a member is refused by defineVendor', () => {
  expect(() => defineVendor({ ...orchard, title: '' })).toThrow(
    'defineVendor: `title`: expected a text that is not empty',
  );
  expect(defineVendor({ ...orchard, tokenUrl: undefined as never }).tokenUrl('https://x.example')).toBeNull();
});
