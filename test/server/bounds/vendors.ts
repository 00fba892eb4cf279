import { encodeNodeId } from '../../../src/federation/node-id.ts';
import { SIMULATED } from '../../../src/sandbox/demo/demo-vendors.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';

const LINES = 10;
const A_MEGABYTE = 1_000_000;

/** What an answer may have, so that one without an end has one for us. */
const BYTES = 12 * 1024 * 1024;
const LIMITS = { maxResponseBytes: BYTES, stream: { bytes: BYTES, lineBytes: BYTES }, retries: 0 };

/** The five vendors, each with a job of very long lines, twice: those whose names begin with `endless` can be made to answer without an end. */
export async function startVendors() {
  const started = await Promise.all(
    Object.entries(SIMULATED).flatMap(([vendor, { simulate }]) =>
      ['large', 'endless'].map(async (kind) => {
        const simulation = simulate();
        const server = await startVendorServer(simulation);
        const key = simulation.createJob({ name: 'large', status: 'SUCCEEDED' });
        const time = BigInt(Date.now() - 3_600_000) * 1_000_000n;
        const message = kind === 'large' ? 'é \n\u001b[1m "quoted" '.repeat(A_MEGABYTE / 16) : 'short';
        const lines = Array.from({ length: LINES }, (_, n) => ({ time: time + BigInt(n) * 1_000_000_000n, message }));
        simulation.write(key, lines);
        return { name: `${kind}-${vendor}`, kind, key, simulation, server };
      }),
    ),
  );
  const sources = started.map(({ name, simulation, server }) => {
    return [name, { ...simulation.sourceConfig(server.origin), limits: LIMITS }] as const;
  });
  const ids = (kind: string): string[] =>
    started.filter((each) => each.kind === kind).map(({ name, key }) => encodeNodeId('Job', name, key));
  return {
    sources: Object.fromEntries(sources),
    large: ids('large'),
    endless: ids('endless'),
    /** From now on, answers have no end; only tokens do. Ask for all of them before, so that their kinds are known. */
    beEndless() {
      for (const { kind, server } of started) {
        const kinds = [...new Set(server.calls.map((call) => call.kind))].filter((each) => each !== 'token');
        if (kind === 'endless') server.inject({ what: { do: 'endless' }, kinds });
      }
    },
    async close() {
      await Promise.all(started.map(({ server }) => server.close()));
    },
  };
}
