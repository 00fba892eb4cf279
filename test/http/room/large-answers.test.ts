import { expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { LARGE_ANSWER_BYTES } from '../../../src/http/room/answer-room.ts';
import { AnswerRoom } from '../../../src/http/room/answer-room.ts';
import { createSourceRoom, createWaitingPlaces } from '../../../src/http/room/source-room.ts';
import { Caller } from '../../../src/http/policy/caller.ts';
import { readLogStream } from '../../../src/vendors/bytenite/logs/body/stream.ts';
import { rejection, serve, sourceHttp } from '../loopback.ts';

const AN_HOUR = 3_600_000;
const MEGABYTE = 1024 * 1024;
const rows = (bytes: number): string => JSON.stringify({ rows: ['x'.repeat(bytes), 'last'] });

async function sourceOf(body: string, room: AnswerRoom, concurrency = 10) {
  const server = await serve((_, response) => response.end(body));
  const http = sourceHttp({
    baseUrl: server.origin,
    limits: { retries: 0, timeoutMilliseconds: AN_HOUR, concurrency },
    room,
  });
  const ask = (call = createCall(), path = 'list') => http.json({ method: 'GET', path: [path] }, (data) => data, call);
  return { http, ask };
}

/** Lets everything go on that can. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a small answer has room where large ones have taken all of theirs', async () => {
  const room = new AnswerRoom(64 * MEGABYTE, AN_HOUR);
  const { asker } = createCall();
  room.begin(asker);
  const large = room.lease('sap', new Caller([{ asker, priority: 'interactive' }]), createWaitingPlaces(2));
  await large.take(64 * MEGABYTE);
  const { ask } = await sourceOf(rows(LARGE_ANSWER_BYTES - 100), room);
  expect((await ask()).data).toHaveProperty(['rows', 1], 'last');
  expect(room.waiting).toBe(0);
});

test('the small answers of very many operations of one caller wait for each other, and those of another caller do not', async () => {
  const room = new AnswerRoom(16 * MEGABYTE, AN_HOUR);
  const { ask } = await sourceOf(rows(LARGE_ANSWER_BYTES - 100), room, 100);
  const calls = Array.from({ length: 40 }, () => createCall({ asker: { caller: 'greedy' } }));
  for (const { asker } of calls) room.begin(asker);
  const asked = calls.map((call, n) => ask(call, `list/${n}`).catch((error: unknown) => error));
  while (room.waiting === 0) await turn();
  expect(room.held).toBeLessThanOrEqual(20 * MEGABYTE);
  const other = createCall({ asker: { caller: 'other' } });
  room.begin(other.asker);
  expect((await sourceOf('{"rows":[1]}', room).then((source) => source.ask(other))).data).toEqual({ rows: [1] });
  // Each goes on when another one is over.
  for (const [n, answer] of asked.entries()) {
    expect(await answer).toHaveProperty('data');
    room.end(calls[n]!.asker);
  }
  room.end(other.asker);
  await turn();
  expect(room).toMatchObject({ held: 0, waiting: 0 });
});

test('a large answer of one caller is read at once where those of another caller have taken all room', async () => {
  const room = new AnswerRoom(64 * MEGABYTE, AN_HOUR);
  const greedy = createCall({ asker: { caller: 'greedy' } });
  room.begin(greedy.asker);
  const held = room.lease('sap', new Caller([greedy]), createWaitingPlaces(2));
  await held.take(64 * MEGABYTE);
  const { ask } = await sourceOf(rows(MEGABYTE), room);
  const other = createCall({ asker: { caller: 'other' } });
  room.begin(other.asker);
  expect((await ask(other)).data).toHaveProperty(['rows', 1], 'last');
  room.end(other.asker);
  await turn();
  expect(room).toMatchObject({ held: 64 * MEGABYTE, waiting: 0 });
  held.endReading();
  expect(room.held).toBe(0);
});

test('one reader keeps few rows in room for small answers, and gives it back', () => {
  const room = new AnswerRoom(8 * MEGABYTE, AN_HOUR);
  const call = createCall({ asker: { caller: 'a' } });
  room.begin(call.asker);
  const kept = createSourceRoom(room, 'sap', 2).keeping(call)();
  kept.set(1_000);
  expect(room.held).toBe(16 * 1024);
  kept.set(200 * 1024);
  expect(room.held).toBe(240 * 1024);
  kept.set(100);
  kept.end(true);
  expect(room.held).toBe(240 * 1024);
  room.end(call.asker);
  expect(room.held).toBe(0);
});

test('a large answer is held until its operation is over', async () => {
  const room = new AnswerRoom(8 * MEGABYTE, AN_HOUR);
  const { ask } = await sourceOf(rows(2 * MEGABYTE), room);
  const call = createCall();
  room.begin(call.asker);
  await ask(call);
  await turn();
  expect(room.held).toBeGreaterThan(2 * MEGABYTE);
  room.end(call.asker);
  expect(room.held).toBe(0);
});

test('an answer without room waits, and is read when others have let go of theirs', async () => {
  const room = new AnswerRoom(6 * MEGABYTE, AN_HOUR);
  const { ask } = await sourceOf(rows(2 * MEGABYTE), room);
  const first = createCall();
  room.begin(first.asker);
  await ask(first);
  const second = ask(createCall(), 'other');
  while (room.waiting === 0) await turn();
  room.end(first.asker);
  expect((await second).data).toHaveProperty(['rows', 1], 'last');
  await turn();
  expect(room).toMatchObject({ held: 0, waiting: 0 });
});

test('an answer that gets no room in time is refused with the limit that is in the way, and the source is not blamed', async () => {
  const room = new AnswerRoom(6 * MEGABYTE, 1);
  const { ask, http } = await sourceOf(rows(2 * MEGABYTE), room);
  const first = createCall();
  room.begin(first.asker);
  await ask(first);
  const error = await rejection(ask(createCall(), 'other'));
  expect(error).toMatchObject({
    code: 'UPSTREAM_BUDGET_EXCEEDED',
    message: expect.stringContaining('limits.heldVendorBytes') as string,
  });
  expect(http.stats()).toMatchObject({ breaker: 'closed', inFlight: 0, retries: 0 });
  room.end(first.asker);
  expect(room.held).toBe(0);
});

test('what is read of many small values takes more room than their text', async () => {
  const room = new AnswerRoom(8 * MEGABYTE, AN_HOUR);
  const { ask } = await sourceOf(`{"rows":[${'{"a":1},'.repeat(100_000)}{}]}`, room);
  expect(await rejection(ask())).toMatchObject({ code: 'UPSTREAM_BUDGET_EXCEEDED' });
  expect(room.held).toBe(0);
});

test('a text with wide characters takes twice the room', async () => {
  const room = new AnswerRoom(8 * MEGABYTE, AN_HOUR);
  const call = createCall();
  room.begin(call.asker);
  const { ask } = await sourceOf(JSON.stringify({ rows: [`${'x'.repeat(2 * MEGABYTE)}→`] }), room);
  await ask(call);
  expect(room.held).toBeGreaterThan(4 * MEGABYTE);
});

test('a line of a stream takes room while it arrives', async () => {
  const room = new AnswerRoom(6 * MEGABYTE, AN_HOUR);
  const line = (length: number): string =>
    `{"partitioner":[{"timestamp":"2026-01-01T00:00:00Z","log":"${'x'.repeat(length)}"}]}`;
  for (const [length, isRead] of [
    [100_000, true],
    [8 * MEGABYTE, false],
  ] as const) {
    const { http } = await sourceOf(line(length), room);
    const request = { method: 'POST', path: ['logs'], idempotent: true } as const;
    const read = http
      .stream(request, readLogStream, () => () => undefined, createCall())
      .then(
        () => null,
        (error: unknown) => error,
      );
    expect(await read).toEqual(isRead ? null : expect.objectContaining({ code: 'UPSTREAM_BUDGET_EXCEEDED' }));
    expect(room.held).toBe(0);
  }
});
