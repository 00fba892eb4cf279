import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { vendorLaws } from 'tributary/testing';

// Where service.js listens, and its token, stand in the environment.
const folder = fileURLToPath(new URL('.', import.meta.url));
const environment = process.env;
const service = {
  address: environment.ACTIONS_URL,
  at: (address) => ({ environment: { ...environment, ACTIONS_URL: address } }),
};
const under = { config: 'tributary.yaml', folder, environment, source: 'ci', job: '2', unknownJob: '0', service };

for (const { name, check } of vendorLaws(under)) test(name, check);
