import { describe, expect, test } from 'vitest';
import { simulateSoftwareOne } from '../../../src/sandbox/softwareone/index.ts';
import { eventually, multiset } from '../follower.ts';
import type { Follower, StreamEvent } from '../follower.ts';
import { fresh, texts } from '../vendors.ts';
import { followBoth, leaveAll, TRANSPORTS, untilAllHave, untilAllLive } from './followers.ts';
import { point } from './points.ts';
import { readStalling } from './stalled-reader.ts';
import { stand } from './swift-stand.ts';

/** Together more than the system's own buffers between two sockets take (10 MB or so). */
const LINES = 800;
const PART = 50;
const TEXT = 'x'.repeat(25_000);

function linesOf(events: readonly StreamEvent[]): { readonly message: string }[] {
  return events.flatMap((event) => (event.__typename === 'LogBatch' ? event.edges.map(({ node }) => node) : []));
}

function isCatchingUp(event: StreamEvent): boolean {
  return event.__typename === 'LogStreamStatus' && event.state === 'CATCHING_UP';
}

describe(point(13), () => {
  test('over WebSocket and SSE, each with neighbours over both', async () => {
    const service = await stand({
      vendors: { one: simulateSoftwareOne() },
      tail: { keepLines: 100, batchSize: 20, intervalMilliseconds: 10 },
    });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const jobs = [service.id('one', key)];
    const neighbours = followBoth(service.url, { jobs });
    const stalled = await Promise.all(TRANSPORTS.map((transport) => readStalling(transport, service.url, { jobs })));
    await untilAllLive(neighbours);
    await eventually(() => stalled.every(({ events }) => events.length > 0), 'all are live');
    for (const reader of stalled) reader.stall();

    const written: string[] = [];
    for (let part = 0; part < LINES / PART; part += 1) {
      // Parts lie further apart than polls look back: each poll reads one of them.
      const lines = fresh(PART, 600_000 - part * 10_000).map((line) => ({
        ...line,
        message: `${line.message} ${TEXT}`,
      }));
      simulation.write(key, lines);
      written.push(...texts(lines));
      await untilAllHave(neighbours, written.length);
    }
    for (const neighbour of neighbours) expectUndisturbed(neighbour, written);

    for (const reader of stalled) reader.goOn();
    for (const { events } of stalled) {
      await eventually(() => linesOf(events).length >= written.length, 'it is caught up');
      expect(multiset(texts(linesOf(events)).map(shortened))).toEqual(multiset(written.map(shortened)));
      // Only the lines before its status CATCHING_UP were kept for it, not all that were written.
      const told = events.findIndex(isCatchingUp);
      expect(told).toBeGreaterThan(0);
      expect(linesOf(events.slice(0, told)).length).toBeLessThan(written.length - 200);
    }
    for (const neighbour of neighbours) expectUndisturbed(neighbour, written);
    for (const reader of stalled) reader.close();
    await leaveAll(neighbours);
  });
});

function expectUndisturbed({ lines, events }: Follower, written: readonly string[]): void {
  expect(multiset(texts(lines).map(shortened))).toEqual(multiset(written.map(shortened)));
  expect(events.some(isCatchingUp)).toBe(false);
}

/** A failure should not print megabytes. */
function shortened(text: string): string {
  return text.slice(0, 20);
}
