import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { simulateByteNite } from '../../../src/sandbox/bytenite/index.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import { START } from './jobs.ts';

const LINES = 1_000_000;
const MEBIBYTE = 1024 * 1024;
const PROGRAM = fileURLToPath(new URL('first-lines-service.ts', import.meta.url));

interface Report {
  readonly result: {
    readonly errors?: unknown;
    readonly data: {
      readonly job: {
        readonly logs: {
          readonly nodes: readonly { readonly message: string }[];
          readonly pageInfo: { readonly hasNextPage: boolean };
        };
      };
    };
  };
  readonly residentGrowth: number;
  readonly heapGrowth: number;
}

function messageOf(index: number): string {
  return `frame ${index} rendered, 256 samples, 0 of them adaptive, on 16 threads`;
}

test('the whole service returns the first 20 of 1,000,000 lines with less than 64 MiB of additional memory', async () => {
  // Newest first is the hardest order: each line is nearer to the beginning than all lines before it.
  const simulation = simulateByteNite({ dialect: { order: 'descending' } });
  const server = await startVendorServer(simulation);
  onTestFinished(() => server.close());
  const small = simulation.createJob();
  simulation.write(small, [{ time: START, message: 'warm' }]);
  const job = simulation.createJob();
  simulation.generate(job, LINES, (index) => ({
    time: START + BigInt(index) * 1_000_000n,
    message: messageOf(index),
    task: index % 2 === 0 ? 'even' : 'odd',
  }));
  const source = JSON.stringify(simulation.sourceConfig(server.origin));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--expose-gc', PROGRAM, source, small, job],
    { encoding: 'utf8' },
  );
  const { result, heapGrowth, residentGrowth } = JSON.parse(stdout) as Report;
  expect(result.errors).toBeUndefined();
  const { nodes, pageInfo } = result.data.job.logs;
  expect(nodes.map(({ message }) => message)).toEqual(Array.from({ length: 20 }, (_, index) => messageOf(index)));
  expect(pageInfo.hasNextPage).toBe(true);
  expect(heapGrowth).toBeLessThan(64 * MEBIBYTE);
  expect(residentGrowth).toBeLessThan(64 * MEBIBYTE);
});
