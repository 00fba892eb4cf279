import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulateByteNite } from '../../../src/sandbox/bytenite/index.ts';
import type { VendorServer } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';

const LINES = 1_000_000;
const MEBIBYTE = 1024 * 1024;
const START = 1_750_781_941_000_000_000n;
const PROGRAM = fileURLToPath(new URL('first-lines-process.ts', import.meta.url));

interface Report {
  readonly messages: readonly string[];
  readonly milliseconds: number;
  readonly residentGrowth: number;
  readonly heapGrowth: number;
}

describe('a million lines in one answer', () => {
  const simulation = simulateByteNite();
  let server: VendorServer;

  beforeAll(async () => {
    server = await startVendorServer(simulation);
  });
  afterAll(() => server.close());

  it('gives the first 20, in memory that grows by less than 64 MiB', async () => {
    // Newest first is the hardest order: each line is nearer to the beginning than all before it.
    simulation.configure({ order: 'descending' });
    const job = simulation.createJob();
    simulation.generate(job, LINES, (index) => ({
      time: START + BigInt(index) * 1_000_000n,
      message: `frame ${index} rendered, 256 samples, 0 of them adaptive, on 16 threads`,
      task: index % 2 === 0 ? 'even' : 'odd',
    }));
    const { baseUrl } = simulation.sourceConfig(server.origin);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--expose-gc', PROGRAM, String(baseUrl), simulation.apiKey, job],
      { encoding: 'utf8' },
    );
    const report = JSON.parse(stdout) as Report;
    expect(report.messages).toEqual(
      Array.from(
        { length: 20 },
        (_, index) => `frame ${index} rendered, 256 samples, 0 of them adaptive, on 16 threads`,
      ),
    );
    expect(report.heapGrowth).toBeLessThan(64 * MEBIBYTE);
    expect(report.residentGrowth).toBeLessThan(64 * MEBIBYTE);
  }, 120_000);
});
