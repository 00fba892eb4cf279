/** The service in a process of its own, on jobs that are made up in memory: whatever takes time there is its own work. */
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFederation } from '../../../src/federation/create-federation.ts';
import { createMetrics } from '../../../src/server/metrics.ts';
import { createServer } from '../../../src/server/server.ts';
import { fakeSource } from '../../federation/fake-sources.ts';
import { offsetNative, wholeNative } from '../../pagination/fake-natives.ts';
import type { FakeNative, RawLine } from '../../pagination/fake-natives.ts';
import { JOBS, LARGE_JOB, LONG_LINE_BYTES } from './jobs.ts';

// What is built has no source maps: with them each error takes a hundred times as long as there.
process.setSourceMapsEnabled(false);

const START = 1_700_000_000_000_000_000n;

function lines(count: number, textOf: (index: number) => string): readonly RawLine[] {
  return Array.from({ length: count }, (_, index) => ({
    time: START + BigInt(index) * 1_000_000n,
    id: `r${String(index).padStart(6, '0')}`,
    text: textOf(index),
    level: 'info',
  }));
}

/** Words in an order without a pattern: expressions find no short way through them. */
function words(length: number, seed: number): string {
  let state = seed + 1;
  const parts: string[] = [];
  for (let at = 0; at < length; at += 8) {
    state = (state * 48_271) % 2_147_483_647;
    parts.push(`${state.toString(36).padStart(6, 'é')} \n`.slice(0, 8));
  }
  return parts.join('').slice(0, length);
}

const short = (seed: number): FakeNative =>
  offsetNative(
    lines(400, (index) => `step ${index} of ${seed}: ${words(60, index)}`),
    { limit: 200, timeFilter: true, total: true, tieOrdered: true },
  );
const native: Record<string, FakeNative[]> = Object.fromEntries(JOBS.map((key, index) => [key, [short(index)]]));
native[LARGE_JOB] = [wholeNative(lines(20, (index) => words(LONG_LINE_BYTES, index)))];

const source = fakeSource('a', native);
for (const key of Object.keys(native)) source.statuses.set(key, 'SUCCEEDED');
const metrics = createMetrics();
metrics.process();
const server = await createServer({
  federation: createFederation([source]),
  host: '127.0.0.1',
  port: 0,
  explorer: false,
  graphiql: false,
  metrics,
});

/** How long the process worked between two turns of its event loop, in milliseconds of CPU: what a health check waits for at most. */
const turns: number[] = [];
let before = process.cpuUsage();
setInterval(() => {
  const { user, system } = process.cpuUsage(before);
  before = process.cpuUsage();
  turns.push((user + system) / 1_000);
}, 1);
const told = createHttpServer((_, response) => response.end(JSON.stringify(turns.splice(0))));
told.listen(0, '127.0.0.1', () => {
  const { port } = told.address() as AddressInfo;
  process.stdout.write(`ready at ${server.url} ${port}\n`);
});
