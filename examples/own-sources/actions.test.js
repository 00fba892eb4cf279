import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { vendorLaws } from 'tributary/testing';

// Where service.js listens, and its token, stand in the environment.
const folder = fileURLToPath(new URL('.', import.meta.url));
const under = { config: 'tributary.yaml', folder, environment: process.env, source: 'ci', job: '2', unknownJob: '0' };

for (const { name, check } of vendorLaws(under)) test(name, check);
