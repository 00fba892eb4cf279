import { expect, test } from 'vitest';
import type { Message } from '../../src/sharing/message.ts';
import { Broker } from '../../src/workers/broker.ts';
import { Streams } from '../../src/workers/streams.ts';

/** A worker that takes messages when it is told to. */
function slowWorker() {
  const taken: Message[] = [];
  const waiting: (() => void)[] = [];
  return {
    taken,
    takeAll(): void {
      while (waiting.length > 0) waiting.shift()?.();
    },
    end: {
      deliver: (_stream: string, message: Message, sent: () => void): void => {
        waiting.push(() => {
          taken.push(message);
          sent();
        });
      },
      known: () => undefined,
    },
  };
}

test('what waits for a slow worker is bounded, and it learns that it has missed messages', () => {
  const broker = new Broker();
  const slow = slowWorker();
  broker.join(1, slow.end);
  broker.follow(1, 's', '0-0');
  const body = 'x'.repeat(1_000_000);
  for (let i = 0; i < 100; i += 1) broker.publish(2, 's', null, 'a', 'lines', body);
  slow.takeAll();
  expect(slow.taken.length).toBeLessThan(20);
  // The last one shows how many there were.
  expect(slow.taken.at(-1)?.number).toBe(100);
});

test('a worker that is gone loses its leases at once, and the others are told', () => {
  const broker = new Broker();
  const other = slowWorker();
  broker.join(2, other.end);
  broker.follow(2, 's', '0-0');
  expect(broker.hold(1, 's', 'a', null)).toBe('1:a');
  expect(broker.hold(2, 's', 'b', null)).toBeNull();
  broker.leave(1);
  other.takeAll();
  expect(other.taken.map(({ kind }) => kind)).toEqual(['released']);
  expect(broker.publish(1, 's', '1:a', 'a', 'lines', '')).toBe(false);
  expect(broker.hold(2, 's', 'b', null)).toBe('2:b');
});

test('a worker does not get the text of its own lines back', () => {
  const broker = new Broker();
  const [own, other] = [slowWorker(), slowWorker()];
  broker.join(1, own.end);
  broker.join(2, other.end);
  for (const worker of [1, 2]) broker.follow(worker, 's', '0-0');
  broker.publish(1, 's', null, 'a', 'lines', 'text');
  for (const each of [own, other]) each.takeAll();
  expect([own.taken, other.taken].map(([message]) => [message?.number, message?.body])).toEqual([
    [1, ''],
    [1, 'text'],
  ]);
});

test('streams hold a bounded number of messages and of characters, and nothing that was not used for long', () => {
  let now = 1_000;
  const streams = new Streams(() => now);
  for (let i = 0; i < 1_000; i += 1) streams.add(streams.of('many'), '', 'lines', 'x');
  expect(streams.after('many', '0-0')).toHaveLength(256);
  const large = 'x'.repeat(10_000_000);
  for (let i = 0; i < 10; i += 1) streams.add(streams.of(`s${i}`), '', 'lines', large);
  expect(streams.characters).toBeLessThanOrEqual(64_000_000);
  // The oldest have gone, those of the small stream among them.
  expect(streams.after('many', '0-0')).toEqual([]);
  expect(streams.after('s9', '0-0')).toHaveLength(1);
  now += 121_000;
  streams.of('new');
  expect([streams.names(), streams.characters]).toEqual([['new'], 0]);
});
