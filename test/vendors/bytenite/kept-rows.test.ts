import { expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { AnswerRoom } from '../../../src/http/room/answer-room.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';
import { byteNite } from '../../../src/vendors/bytenite/index.ts';
import { rejection, serve, sourceHttp } from '../../http/loopback.ts';

const MEGABYTE = 1024 * 1024;
const AN_HOUR = 3_600_000;

/** A job with so many lines of a length, and what a reader of all of them gets of it. */
async function jobOf(lines: number, characters: number, room: AnswerRoom) {
  const text = 'x'.repeat(characters);
  let sent = 0;
  const line = (index: number): string => {
    const second = new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString();
    return `${index === 0 ? '' : ','}{"timestamp":"${second}","log":"${text}"}`;
  };
  const server = await serve((_, response) => {
    response.write('{"partitioner":[');
    const go = (): void => {
      while (sent < lines && !response.destroyed) if (!response.write(line((sent += 1) - 1))) return;
      if (sent === lines) response.end(']}');
    };
    response.on('drain', go);
    go();
  });
  const http = sourceHttp({ baseUrl: server.origin, limits: { retries: 0, timeoutMilliseconds: AN_HOUR }, room });
  const connector = byteNite.create({ source: 'bytenite', http, options: {} });
  async function read(call = createCall()): Promise<number> {
    const { partitions } = await connector.logs({ job: '6f1f0b7e-94a5-4f2e-8f5d-9b6f2b7d1a11' }, {}, call);
    let count = 0;
    const request = { direction: 'forward', from: null, hint: null, until: null, need: 5_000 } as const;
    for (const partition of partitions)
      for await (const batch of partition.read(request, call)) count += rowsOf(batch).length;
    return count;
  }
  return { read, sent: () => sent };
}

test('a reader that keeps 5,000 lines of 200 kB is refused by name of the limit, long before it has them', async () => {
  const room = new AnswerRoom(16 * MEGABYTE, AN_HOUR);
  const { read, sent } = await jobOf(5_000, 200_000, room);
  expect(await rejection(read())).toMatchObject({
    code: 'UPSTREAM_BUDGET_EXCEEDED',
    message: expect.stringContaining('limits.heldVendorBytes') as string,
  });
  expect(sent()).toBeLessThan(1_000);
  expect(room.held).toBe(0);
});

test('kept lines take room until their operation is over', async () => {
  const room = new AnswerRoom(16 * MEGABYTE, AN_HOUR);
  const { read } = await jobOf(1_000, 2_000, room);
  const call = createCall();
  room.begin(call.asker);
  expect(await read(call)).toBe(1_000);
  expect(room.held).toBeGreaterThan(2_000_000);
  room.end(call.asker);
  expect(room.held).toBe(0);
});

test('a few short lines take little room', async () => {
  const room = new AnswerRoom(16 * MEGABYTE, AN_HOUR);
  const { read } = await jobOf(100, 200, room);
  const call = createCall();
  room.begin(call.asker);
  expect(await read(call)).toBe(100);
  expect(room.held).toBeGreaterThan(0);
  expect(room.held).toBeLessThan(256 * 1024);
  room.end(call.asker);
  expect(room.held).toBe(0);
});
