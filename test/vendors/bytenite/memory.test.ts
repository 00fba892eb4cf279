import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simulateByteNite } from '../../../src/sandbox/bytenite/index.ts';
import type { VendorServer } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';

const MEBIBYTE = 1024 * 1024;
const START = 1_750_781_941_000_000_000n;
const PROGRAM = fileURLToPath(new URL('first-lines-process.ts', import.meta.url));

interface Report {
  /** Those of each client. */
  readonly messages: readonly (readonly string[])[];
  readonly milliseconds: number;
  readonly residentGrowth: number;
  readonly heapGrowth: number;
}

describe('a long answer', () => {
  const simulation = simulateByteNite();
  let server: VendorServer;

  beforeAll(async () => {
    server = await startVendorServer(simulation);
  });
  afterAll(() => server.close());

  test.each([
    { lines: 1_000_000, clients: 1 },
    { lines: 50_000, clients: 20 },
  ])(
    'gives the first 20 of $lines lines to $clients clients at once, with one call, in memory that grows by less than 64 MiB',
    async (size) => {
      // Newest first is the hardest order: each line is nearer to the beginning than all before it.
      simulation.configure({ order: 'descending' });
      const job = simulation.createJob();
      simulation.generate(job, size.lines, (index) => ({
        time: START + BigInt(index) * 1_000_000n,
        message: messageOf(index),
        task: index % 2 === 0 ? 'even' : 'odd',
      }));
      const { baseUrl } = simulation.sourceConfig(server.origin);
      server.resetCalls();
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', '--expose-gc', PROGRAM, String(baseUrl), simulation.apiKey, job, String(size.clients)],
        { encoding: 'utf8' },
      );
      const report = JSON.parse(stdout) as Report;
      const first = Array.from({ length: 20 }, (_, index) => messageOf(index));
      expect(report.messages).toEqual(Array.from({ length: size.clients }, () => first));
      expect(server.calls.filter(({ kind }) => kind === 'logs')).toHaveLength(1);
      expect(report.heapGrowth).toBeLessThan(64 * MEBIBYTE);
      expect(report.residentGrowth).toBeLessThan(64 * MEBIBYTE);
    },
    120_000,
  );
});

function messageOf(index: number): string {
  return `frame ${index} rendered, 256 samples, 0 of them adaptive, on 16 threads`;
}
