import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { expect } from 'expect';

/**
 * Runs the cases of Apollo's compatibility suite against a subgraph of products and a gateway, whose addresses are given. Prints
 * what each case found, as JSON. The suite's own runner is not used: it downloads a router and a composer.
 */
const require = createRequire(import.meta.url);
const [products, gateway] = process.argv.slice(2);
const folder = dirname(require.resolve('@apollo/federation-subgraph-compatibility-tests/package.json'));

const asks =
  (url) =>
  async (body, headers = {}) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return response.json();
  };

// The cases ask through this module, which knows ports of its own.
const client = join(folder, 'dist/utils/client.js');
require.cache[client] = {
  id: client,
  filename: client,
  loaded: true,
  exports: { productsRequest: asks(products), routerRequest: asks(gateway) },
};

const cases = [];
let group = '';
const test = (name, act) => cases.push({ name: `${group}${name}`, act });
Object.assign(globalThis, {
  expect,
  test,
  it: test,
  describe(name, define) {
    group = `${name}: `;
    define();
    group = '';
  },
});

for (const file of readdirSync(join(folder, 'dist/tests')).filter((name) => name.endsWith('.test.js')))
  require(join(folder, 'dist/tests', file));

const found = {};
for (const { name, act } of cases) {
  try {
    await act();
    found[name] = 'passed';
  } catch (error) {
    found[name] = error.message;
  }
}
console.log(JSON.stringify(found));
