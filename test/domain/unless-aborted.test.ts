import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { unlessAborted } from '../../src/domain/unless-aborted.ts';
import { untilOver } from '../../src/server/access/expiry.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const SOON = 60_000;

/** Objects, and how many of them are still referenced. */
function counted() {
  const given: WeakRef<object>[] = [];
  return {
    next(): object {
      const value = { text: 'x'.repeat(1_000) };
      given.push(new WeakRef(value));
      return value;
    },
    async held(): Promise<number> {
      // References observed in one turn of the event loop are kept until it ends.
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
      return given.filter((one) => one.deref() !== undefined).length;
    },
  };
}

describe('unlessAborted', () => {
  test('resolves to the result of the promise', async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve(7), signal)).toBe(7);
    await expect(unlessAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
  });

  test('resolves to null if the signal is or was aborted, regardless of the promise', async () => {
    const leaving = new AbortController();
    let fail = (_error: Error): void => undefined;
    const late = new Promise<number>((_resolve, reject) => {
      fail = reject;
    });
    const waited = unlessAborted(late, leaving.signal);
    leaving.abort();
    expect(await waited).toBeNull();
    fail(new Error('too late'));
    expect(await unlessAborted(late, leaving.signal)).toBeNull();
  });

  test('keeps no result alive, even if the signal lives long', async () => {
    const { signal } = new AbortController();
    const values = counted();
    for (let round = 0; round < 100; round += 1) await unlessAborted(Promise.resolve(values.next()), signal);
    expect(await values.held()).toBeLessThan(5);
  });
});

test('untilOver keeps no yielded value of a stream alive', async () => {
  const values = counted();
  async function* endless(): AsyncGenerator<object> {
    for (;;) yield await Promise.resolve(values.next());
  }
  const term = { expiresAt: Date.now() + SOON, whenWithdrawn: () => () => undefined };
  const stream = untilOver(endless(), term, () => ({}));
  for (let round = 0; round < 100; round += 1) await stream.next();
  expect(await values.held()).toBeLessThan(5);
  await stream.return?.();
});
