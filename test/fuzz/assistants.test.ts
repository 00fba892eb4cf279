import fc from 'fast-check';
import { expect, test } from 'vitest';
import { start } from '../server/start.ts';
import { damage, damaged, nastyValue, PATIENCE, place, settingsFor, withValue } from './cases.ts';
import { fuzzedFederation, IDS } from './world.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const TOOLS = ['list_jobs', 'job_tree', 'read_log', 'search_log', 'line_context', 'log_histogram', 'nothing'];

test('whatever an assistant sends is no fault of ours', { timeout: PATIENCE }, async () => {
  const server = await start(fuzzedFederation(), { mcp: true });
  const message = fc
    .tuple(
      fc.constantFrom('initialize', 'tools/list', 'tools/call', 'ping', 'nothing'),
      fc.constantFrom(...TOOLS),
      fc.dictionary(
        fc.constantFrom('job', 'jobs', 'id', 'query', 'first', 'matches'),
        fc.oneof(nastyValue, fc.constantFrom(...IDS)),
      ),
    )
    .map(([method, name, given]) => ({ jsonrpc: '2.0', id: 1, method, params: { name, arguments: given } }));
  const body = fc.oneof(
    message.map((each) => JSON.stringify(each)),
    fc.tuple(message, place, nastyValue).map(([each, at, value]) => JSON.stringify(withValue(each, at, value))),
    fc.tuple(message, damage).map(([each, harm]) => damaged(JSON.stringify(each), harm)),
  );
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const response = await fetch(`${server.url}/mcp`, { method: 'POST', headers: HEADERS, body: text });
      const answer = await response.text();
      expect([response.status < 500, answer]).toEqual([true, answer]);
      expect(server.log).toEqual([]);
    }),
    settingsFor('messages of assistants'),
  );
});
