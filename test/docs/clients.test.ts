import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createTributary } from '../../src/library/index.ts';
import { start } from '../cli/command-line.ts';
import { run } from '../support/folders.ts';

const guide = readFileSync('docs/clients.md', 'utf8');
const dependenciesOf = (folder: string): Readonly<Record<string, string>> =>
  z
    .object({
      dependencies: z.record(z.string(), z.string()),
      devDependencies: z.record(z.string(), z.string()).default({}),
    })
    .transform(({ dependencies, devDependencies }) => ({ ...dependencies, ...devDependencies }))
    .parse(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')));
const dependencies = dependenciesOf('examples');

test('the guide to clients names the versions that the tests run, and the test of each', () => {
  const rows = [...guide.matchAll(/^\| `([^`]+)`\s*\| (\S+)\s*\|.*\| \[`([^`]+)`\]\(\.\.\/\3\), ([^|]+?)\s*\|$/gm)];
  expect(rows.length).toBeGreaterThan(7);
  for (const [, name = '', version, file = '', words = ''] of rows) {
    expect(dependencies[name], name).toBe(version);
    expect(readFileSync(file, 'utf8'), name).toContain(`test('${words}`);
  }
});

test('the guide to clients names the versions of composers, gateways, hosts and other tools, and a test of each', () => {
  const packages = ['.', 'examples', 'test/tools', 'test/gateways'].map(dependenciesOf);
  const rows = [...guide.matchAll(/^\| `([^`]+)`\s*\| (\d\S+)\s*\|.*\| \[`([^`]+)`\]\(\.\.\/\3\)\s*\|$/gm)];
  expect(rows.length).toBeGreaterThan(12);
  for (const [, name = '', version, file = ''] of rows) {
    expect(
      packages.map((found) => found[name]).filter((found) => found !== undefined),
      name,
    ).toContain(version);
    expect(existsSync(file), file).toBe(true);
  }
  // The guide names everything in these folders that a reader can try.
  const named = [...guide.matchAll(/^\| `([^`]+)`\s*\| \d/gm)].map(([, name = '']) => name);
  const tried = [...Object.keys(dependenciesOf('test/gateways')), ...Object.keys(dependenciesOf('test/tools'))];
  const helpers = /^(?:graphql|expect|kubernetes-models|dockerfile-utils|ajv.*|@lezer\/.*|@prometheus-io\/.*)$|mesh/;
  expect(tried.filter((name) => !named.includes(name) && !helpers.test(name))).toEqual([]);
});

test('the requests of the guide to clients are answered', async () => {
  const service = start(['serve', '--port', '0']);
  const url = (await service.firstOutput()).slice('ready at '.length).trim();
  const scripts = [...guide.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, script = '']) => script);
  const outputs = [];
  for (const script of scripts) {
    const { stdout } = await run('bash', ['-c', script], { env: { ...process.env, URL: url }, timeout: 20_000 });
    outputs.push(stdout);
  }
  expect(outputs[0]).toContain('"vendor":"deepset"');
  expect(outputs[1]).toContain('"message":');
  service.stop();
  await service.done;
});

test('the query with @defer of the guide to clients is answered, by parts and as a whole', async () => {
  const query = /^```graphql\n([^]*?)^```$/m.exec(guide)?.[1] ?? '';
  const tributary = await createTributary({});
  const ask = async (accept: string): Promise<string> => {
    const headers = { 'content-type': 'application/json', accept };
    const request = new Request('http://localhost/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    return (await tributary.fetch(request)).text();
  };
  expect(await ask('multipart/mixed')).toMatch(/"hasNext":true[^]*"label":"last line"[^]*"hasNext":false/);
  expect(JSON.parse(await ask('application/json'))).not.toHaveProperty('errors');
  await tributary.close();
});
