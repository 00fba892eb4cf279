import { expect, onTestFinished, test } from 'vitest';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { simulateSap } from '../../src/sandbox/sap-job-scheduling/index.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { serve } from './service.ts';

/** How far apart calls start after an answer 503. */
const APART_MILLISECONDS = 500;
/** Of that, how long a call may be on its way. */
const ON_ITS_WAY_MILLISECONDS = 100;

test('SAP is asked more slowly by all operations after a 503 that says nothing, until it answers well', async () => {
  const server = await startVendorServer(simulateSap());
  onTestFinished(() => server.close());
  const id = encodeNodeId('Job', 'sap', server.simulation.createJob({ name: 'nightly' }));
  const source = { ...server.simulation.sourceConfig(server.origin), limits: { retries: 1 } };
  const service = await serve({ sap: source });
  onTestFinished(() => service.stop());
  const ask = async (): Promise<string> => (await service.query(`{ node(id: "${id}") { ... on Job { name } } }`)).text;
  const gaps = (): number[] => {
    const times = server.calls.filter(({ kind }) => kind === 'job').map(({ at }) => at);
    return times.slice(1).map((at, index) => at - (times[index] ?? 0));
  };

  // The token is there from now on.
  expect(await ask()).toContain('nightly');
  server.resetCalls();
  server.inject({ kinds: ['job'], times: 3, what: { do: 'status', status: 503, body: '{}', headers: {} } });
  expect(await ask()).toContain('SOURCE_RATE_LIMITED');
  // Another operation, and its retry.
  expect(await ask()).toContain('nightly');
  expect(server.calls.map(({ status }) => status)).toEqual([503, 503, 503, 200]);
  expect(Math.min(...gaps())).toBeGreaterThanOrEqual(APART_MILLISECONDS - ON_ITS_WAY_MILLISECONDS);
  for (let times = 0; times < 5; times += 1) expect(await ask()).toContain('nightly');
  expect(Math.min(...gaps())).toBeLessThan(APART_MILLISECONDS - ON_ITS_WAY_MILLISECONDS);
});
