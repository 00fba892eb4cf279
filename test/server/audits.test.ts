import { auditServer } from 'graphql-http';
import { expect, test } from 'vitest';
import { start } from './start.ts';

test.each([
  ['the short way of ordinary queries', true],
  ["yoga's general way", false],
])('the service passes all audits of GraphQL over HTTP by %s', async (_way, shortWay) => {
  const server = await start(undefined, { shortWay });
  const results = await auditServer({ url: `${server.url}/graphql` });
  const failed = results.filter(({ status }) => status !== 'ok').map(({ id, name, status }) => ({ id, name, status }));
  expect(failed).toEqual([]);
  expect(results).toHaveLength(61);
  expect(server.log).toEqual([]);
});
