import { afterAll, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { createTributary } from '../../src/library/index.ts';
import type { SourceConfig } from '../../src/library/index.ts';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import type { VendorServer } from '../../src/sandbox/types.ts';
import { DESCRIPTIONS } from '../vendors/rest/descriptions.ts';

/**
 * A vendor that sends one byte after another, and each in time, still has to end: every kind of answer has a time in which
 * it must be there, whole bodies, a stream and tokens.
 */
const BETWEEN_BYTES_MILLISECONDS = 40;
const LIMITS = { timeout: '250ms', retries: 0, stream: { time: '500ms' } };
const LONGEST_MILLISECONDS = 10_000;

const servers: VendorServer[] = [];

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

/** `rest` is NeMo, as a configuration may describe it. */
async function startVendor(name: string) {
  const simulation = Object.entries(SIMULATED)
    .find(([vendor]) => vendor === (name === 'rest' ? 'nemo' : name))![1]
    .simulate();
  const server = await startVendorServer(simulation);
  servers.push(server);
  const key = simulation.createJob({ name: 'slow', status: 'SUCCEEDED' });
  simulation.write(key, [{ time: BigInt(Date.now() - 60_000) * 1_000_000n, message: 'a line' }]);
  const own = simulation.sourceConfig(server.origin);
  const { baseUrl, auth } = own;
  const source = (
    name === 'rest' ? { vendor: 'rest', baseUrl, auth, ...DESCRIPTIONS['nemo']!({}) } : own
  ) as SourceConfig;
  const job = name === 'rest' ? key.slice(key.indexOf('/') + 1) : key;
  /** What a service that has just been started reads of the log. */
  async function read(limits: object) {
    const tributary = await createTributary({ sources: { slow: { ...source, ...limits } } });
    const begun = performance.now();
    const page = { first: 5, listFailures: true };
    const log = tributary.federation.logs([{ source: 'slow', scope: { job } }], page, createCall());
    const lines = await log.nodes();
    const failures = await log.failures();
    await tributary.close();
    return { lines: lines.length, codes: failures.map(({ code }) => code), took: performance.now() - begun };
  }
  return { server, read };
}

test.each([...Object.keys(SIMULATED), 'rest'])('a slow drip of any kind of answer ends in time: %s', async (name) => {
  const { server, read } = await startVendor(name);
  expect(await read({})).toMatchObject({ lines: 1, codes: [] });
  const kinds = new Set(server.calls.map(({ kind }) => kind));
  for (const kind of kinds) {
    const end = server.inject({ what: { do: 'drip', milliseconds: BETWEEN_BYTES_MILLISECONDS }, kinds: [kind] });
    const { took, ...seen } = await read({ limits: LIMITS });
    expect([kind, seen]).toEqual([kind, { lines: 0, codes: ['SOURCE_TIMEOUT'] }]);
    expect(took).toBeLessThan(LONGEST_MILLISECONDS);
    end();
  }
});
