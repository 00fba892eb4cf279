import { describe, expect, test } from 'vitest';
import type { Asker } from '../../../src/domain/call.ts';
import { Caller } from '../../../src/http/policy/caller.ts';
import type { AnswerLease } from '../../../src/http/room/answer-lease.ts';
import { AnswerRoom } from '../../../src/http/room/answer-room.ts';
import { createWaitingPlaces } from '../../../src/http/room/source-room.ts';
import { rejection } from '../loopback.ts';

const AN_HOUR = 3_600_000;

/** An operation that tells of its end, as those of the service do. */
function operationIn(room: AnswerRoom, places = createWaitingPlaces(8), name: string | null = null) {
  const asker: Asker = { caller: name };
  room.begin(asker);
  return {
    asker,
    caller: new Caller([{ asker, priority: 'interactive' }]),
    lease(): AnswerLease {
      return room.lease('sap', this.caller, places);
    },
    /** Reads an answer of that size to its end, and keeps it. */
    async read(bytes: number, list = `/list-${bytes}`): Promise<void> {
      const lease = this.lease();
      await lease.take(bytes);
      room.keep(asker, list, lease);
      lease.endReading();
    },
    end() {
      room.end(asker);
    },
  };
}

/** What has become of a wait by now. */
async function stateOf(wait: Promise<void>): Promise<string> {
  const turn = new Promise((resolve) => setImmediate(resolve)).then(() => 'waits');
  return Promise.race([wait.then(() => 'has room'), turn]);
}

describe('the room for large answers', () => {
  test('holds an answer until its operation is over', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const [one, other] = [operationIn(room), operationIn(room)];
    await one.read(60);
    const wait = other.read(30);
    expect(await stateOf(wait)).toBe('waits');
    expect(room).toMatchObject({ held: 60, waiting: 1 });
    one.end();
    await wait;
    other.end();
    expect(room).toMatchObject({ held: 0, waiting: 0 });
  });

  test('lets the operation that has held some for the longest have all of it, and the others half', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const [first, second] = [operationIn(room), operationIn(room)];
    await first.read(20);
    await second.read(30);
    const wait = second.read(15);
    expect(await stateOf(wait)).toBe('waits');
    await first.read(50);
    first.end();
    await wait;
    // It is the first one now.
    await second.read(55);
    expect(room.held).toBe(100);
  });

  test('lets two operations that each hold a part and want more come to their ends', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const [first, second] = [operationIn(room), operationIn(room)];
    const ended: string[] = [];
    await first.read(25);
    await second.read(25);
    const both = [
      second.read(50).then(() => ended.push('second')),
      first.read(50).then(() => {
        ended.push('first');
        first.end();
      }),
    ];
    await Promise.all(both);
    expect(ended).toEqual(['first', 'second']);
  });

  test('lets an answer in that the first operation has come to wait for, too', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const [first, second] = [operationIn(room), operationIn(room)];
    await first.read(50);
    const wait = second.read(30);
    expect(await stateOf(wait)).toBe('waits');
    second.caller.join(first.caller);
    await wait;
  });

  test('lets callers in by turns', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const holder = operationIn(room);
    await holder.read(90);
    const order: string[] = [];
    const busy = operationIn(room);
    const waits = [1, 2, 3].map((n) => busy.read(20, `/${n}`).then(() => order.push('busy')));
    waits.push(
      operationIn(room)
        .read(20)
        .then(() => order.push('other')),
    );
    holder.end();
    await Promise.all(waits);
    expect(order.slice(0, 2)).toEqual(['busy', 'other']);
  });

  test('has a share for a caller that holds nothing, whatever another caller has taken', async () => {
    const room = new AnswerRoom(1_000, AN_HOUR);
    const [greedy, greedyToo, other, third] = ['greedy', 'greedy', 'other', 'third'].map((name) =>
      operationIn(room, createWaitingPlaces(8), name),
    );
    await greedy!.read(1_000);
    const wait = greedyToo!.read(200);
    await other!.read(100);
    await third!.read(50);
    expect(await stateOf(wait)).toBe('waits');
    // More than its share has to wait.
    expect(await stateOf(other!.read(100))).toBe('waits');
    greedy!.end();
    await wait;
    for (const operation of [greedyToo!, other!, third!]) operation.end();
    expect(room).toMatchObject({ held: 0, waiting: 0 });
  });

  test('is for callers in turn when an operation that may have all of it is over', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const places = createWaitingPlaces(100);
    const [first, ...more] = ['greedy', 'greedy', 'greedy', 'greedy', 'second', 'third'].map((name) =>
      operationIn(room, places, name),
    );
    await first!.read(90);
    const ended: string[] = [];
    const asked = more.map(async (operation) => {
      await operation.read(80);
      ended.push(operation.asker.caller!);
      operation.end();
    });
    first!.end();
    await Promise.all(asked);
    expect(ended).toEqual(['second', 'third', 'greedy', 'greedy', 'greedy']);
  });

  test('keeps a caller waiting for no answer of another caller that needs more than there is', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const [holder, greedy, other] = ['holder', 'greedy', 'other'].map((name) =>
      operationIn(room, createWaitingPlaces(8), name),
    );
    await holder!.read(20);
    const wait = greedy!.read(40);
    expect(await stateOf(wait)).toBe('waits');
    await other!.read(20);
    holder!.end();
    await wait;
  });

  test('leaves the room to what the first operation waits for', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const [holder, first, other, late] = ['holder', 'first', 'other', 'late'].map((name) =>
      operationIn(room, createWaitingPlaces(8), name),
    );
    await holder!.read(20);
    const wait = first!.read(95);
    await other!.read(20);
    holder!.end();
    const waitsToo = late!.read(20);
    expect(await stateOf(waitsToo)).toBe('waits');
    other!.end();
    await wait;
    first!.end();
    await waitsToo;
  });

  test('leaves the last place to wait to a caller that has none', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const places = createWaitingPlaces(4);
    const [holder, greedy, other] = ['holder', 'greedy', 'other'].map((name) => operationIn(room, places, name));
    await holder!.read(100);
    const waits = [greedy!.read(60)];
    expect(await rejection(greedy!.read(60))).toMatchObject({
      message: expect.stringContaining('Too many answers of this source wait for room') as string,
    });
    waits.push(other!.read(60));
    expect(room.waiting).toBe(2);
    holder!.end();
    await waits[0];
    greedy!.end();
    await waits[1];
    other!.end();
    // Places come back.
    await greedy!.read(60);
    const again = other!.read(60);
    greedy!.end();
    await again;
  });

  test('has no room for what an operation can never hold, and says which limit that is', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const one = operationIn(room);
    await one.read(60);
    expect(await rejection(one.read(50))).toMatchObject({
      code: 'UPSTREAM_BUDGET_EXCEEDED',
      source: 'sap',
      message:
        'sap: This query holds answers that leave no room for one more. Answers of sources may take 100 bytes in all (limits.heldVendorBytes).',
    });
    expect(room).toMatchObject({ held: 60, turnedAway: 1 });
  });

  test('keeps an answer waiting for a bounded time, and some answers of a source only', async () => {
    const room = new AnswerRoom(100, 20);
    const places = createWaitingPlaces(6);
    const [holder, other] = [operationIn(room), operationIn(room, places)];
    await holder.read(90);
    const waits = [1, 2].map((n) => rejection(other.read(20, `/${n}`)));
    expect(await rejection(other.read(20))).toMatchObject({ code: 'UPSTREAM_BUDGET_EXCEEDED' });
    for (const error of await Promise.all(waits)) {
      expect(error).toMatchObject({
        code: 'UPSTREAM_BUDGET_EXCEEDED',
        message: expect.stringContaining('waited 0.02 s for room') as string,
      });
    }
    expect(room).toMatchObject({ held: 90, waiting: 0, turnedAway: 3 });
  });

  test('forgets a wait whose caller has left', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const [holder, other] = [operationIn(room), operationIn(room)];
    await holder.read(90);
    const wait = rejection(other.read(20));
    other.caller.cancellation.cancel();
    expect(await wait).toMatchObject({ name: 'AbortError' });
    expect(room.waiting).toBe(0);
  });

  test('counts an answer that two operations have got once, until both are over', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const [one, other] = [operationIn(room), operationIn(room)];
    const lease = one.lease();
    await lease.take(70);
    for (const { asker } of [one, other]) room.keep(asker, '/list', lease);
    lease.endReading();
    expect(room.held).toBe(70);
    one.end();
    expect(room.held).toBe(70);
    other.end();
    expect(room.held).toBe(0);
  });

  test('takes an operation to hold the newest pages of a list', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const one = operationIn(room);
    for (let page = 0; page < 20; page += 1) await one.read(20, '/pages');
    expect(room.held).toBe(80);
    one.end();
    expect(room.held).toBe(0);
  });

  test('is free again when an answer has been read for an operation that does not tell of its end', async () => {
    const room = new AnswerRoom(100, AN_HOUR);
    const one = operationIn(room);
    one.end();
    await one.read(60);
    expect(room.held).toBe(0);
  });
});
