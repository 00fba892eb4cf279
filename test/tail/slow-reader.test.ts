import { expect, onTestFinished, test } from 'vitest';
import { startChild } from '../../bench/tail/child.ts';
import type { ServerTasks } from '../../bench/tail/server.ts';
import { writeStamp } from '../../bench/tail/stamp.ts';
import { Subscriber } from '../../bench/tail/subscriber.ts';
import { overEvents, overWebSocket } from '../../bench/tail/transports.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { eventually } from './follower.ts';
import { readStalling } from './semantics/stalled-reader.ts';
import { stand } from './stand.ts';
import { fresh, now } from './vendors.ts';

const MEGABYTE = 1024 * 1024;
const LONG = 'x'.repeat(1_200);
/** Lines that are written at once; as many make a batch. */
const PART = 500;
/** More than twice what the system keeps for two sockets that are not read. */
const PARTS_MISSED = 60;
/** A third of the 72 MB that the two miss, for all that a process holds and lets go of from one moment to the next. */
const HELD_BYTES = (2 * PARTS_MISSED * PART * LONG.length) / 3;
/** The longest event, with room for what is in it beside the lines. */
const LONGEST_EVENT = 2 * PART * LONG.length;

/** The service in a process of its own: its memory is its own. */
async function startService() {
  const vendor = await startVendorServer(simulateNemo());
  const server = startChild<ServerTasks>('./server.ts', ['--expose-gc']);
  onTestFinished(async () => {
    await server.stop();
    await vendor.close();
  });
  const sources = { one: vendor.simulation.sourceConfig(vendor.origin) };
  const tail = {
    intervalMilliseconds: 10,
    maxIntervalMilliseconds: 40,
    overlapMilliseconds: 300,
    reorderMilliseconds: 0,
    keepLines: 1_000,
    keepBytes: 8 * MEGABYTE,
    batchSize: PART,
  };
  const url = await server.ask('start', { sources, tail });
  return { url, server, simulation: vendor.simulation };
}

test('a reader that stops reading costs no memory and delays no others', async () => {
  const { url, server, simulation } = await startService();
  const key = simulation.createJob();
  const open = async (transport: typeof overEvents): Promise<Subscriber> => {
    const subscriber = new Subscriber([encodeNodeId('Job', 'one', key)], transport(url));
    onTestFinished(() => {
      subscriber.cut();
    });
    await subscriber.open();
    return subscriber;
  };
  const neighbours = await Promise.all([overWebSocket, overEvents, overWebSocket, overEvents].map(open));
  const slow = await Promise.all([overWebSocket, overEvents].map(open));
  let written = 0;
  async function write(parts: number, readers: readonly Subscriber[]): Promise<void> {
    for (let part = 0; part < parts; part += 1) {
      const at = now();
      const lines = Array.from({ length: PART }, (_, index) => ({
        time: at + BigInt(index) * 1_000n,
        message: `${writeStamp({ number: written + index, at: Date.now() })} ${LONG}`,
      }));
      simulation.write(key, lines);
      written += PART;
      await eventually(() => readers.every(({ received }) => received === written), 'they have it');
    }
  }

  await write(10, [...neighbours, ...slow]);
  const before = await server.ask('usage');
  for (const reader of slow) reader.pause();
  await server.ask('resetUsage');
  const from = written;
  await write(PARTS_MISSED, neighbours);
  const after = await server.ask('usage');
  const behind = slow.map(({ received }) => written - received);

  // The two readers miss many times what is kept for them.
  for (const lines of behind) expect(lines).toBeGreaterThan((PARTS_MISSED * PART) / 4);
  expect(after.peakBuffered).toBeGreaterThan(0);
  expect(after.peakBuffered).toBeLessThan(LONGEST_EVENT);
  expect(after.held - before.held).toBeLessThan(HELD_BYTES);

  for (const reader of slow) reader.resume();
  await eventually(() => slow.every(({ received }) => received === written), 'they are caught up');
  expect(written - from).toBe(PARTS_MISSED * PART);
  for (const { received, repeated, dropped, closed } of [...neighbours, ...slow]) {
    expect({ received, repeated, dropped, closed }).toEqual({ received: written, repeated: 0, dropped: 0, closed: 0 });
  }
});

test.each(['WebSocket', 'SSE'] as const)(
  'a reader over %s that never reads again is disconnected',
  async (transport) => {
    const service = await stand({
      vendors: { one: simulateNemo() },
      tail: { overlapMilliseconds: 300, keepLines: 1_000 },
      server: { heartbeatMilliseconds: 100 },
    });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const reader = await readStalling(transport, service.url, { jobs: [service.id('one', key)] });
    await eventually(() => reader.events.length > 0, 'it is live');
    reader.stall();
    const text = 'x'.repeat(30_000);
    const { federation } = service;
    for (let part = 0; part < 100 && federation.tailStatistics().feeds > 0; part += 1) {
      simulation.write(
        key,
        fresh(10).map((line) => ({ ...line, message: text })),
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await eventually(() => federation.tailStatistics().feeds === 0, 'its tail ends');
    reader.close();
  },
);
