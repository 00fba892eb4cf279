import { auditServer } from 'graphql-http';
import { expect, test } from 'vitest';
import { start } from './start.ts';

test('keeps to GraphQL over HTTP: all audits of its reference implementation pass', async () => {
  const server = await start();
  const results = await auditServer({ url: `${server.url}/graphql` });
  const failed = results.filter(({ status }) => status !== 'ok').map(({ id, name, status }) => ({ id, name, status }));
  expect(failed).toEqual([]);
  expect(results).toHaveLength(61);
  expect(server.log).toEqual([]);
});
