import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOfEntry } from '../../../src/domain/entry-bytes.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { LogEntry, LogException } from '../../../src/domain/log-entry.ts';
import { Feed } from '../../../src/federation/tail/feed/feed.ts';
import type { FeedDriver } from '../../../src/federation/tail/feed/driver.ts';
import type { FeedLine } from '../../../src/federation/tail/feed/lines/line-window.ts';
import { DEFAULT_TAIL } from '../../../src/federation/tail/settings.ts';
import { entryOf } from '../fake-sources.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const driver: FeedDriver = { start: () => undefined, poke: () => undefined, stop: () => Promise.resolve() };
const BOUND = 1_000_000;
const PART = 10;

type Beside = Partial<Pick<LogEntry, 'message' | 'attributes' | 'exceptions'>>;

function lineWith(number: number, beside: Beside): FeedLine {
  const time = BigInt(Date.now()) * 1_000_000n + BigInt(number);
  const entry = { ...entryOf({ time, tie: `t${number}`, id: '', text: 'x', level: '' }), ...beside };
  return { entry, partition: '', hint: null };
}

function largeException(): LogException {
  const frames = Array.from({ length: 200 }, (_, line) => ({
    file: `/srv/app/module-${line}.py`,
    line,
    function: 'run',
  }));
  return { type: 'ValueError', message: 'x'.repeat(2_000), frames };
}

const textOf = ({ message, attributes, exceptions }: Beside): number =>
  JSON.stringify([message, attributes, exceptions]).length;

describe('the memory of a feed', () => {
  test.each<[string, () => Beside]>([
    ['a large text among its attributes', () => ({ attributes: { body: 'x'.repeat(20_000) } })],
    [
      'many attributes',
      () => ({ attributes: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key ${i}`, i])) }),
    ],
    [
      'nested attributes',
      () => ({ attributes: { a: [{ b: Array.from({ length: 500 }, (_, i) => ({ c: `${i}` })) }] } }),
    ],
    ['exceptions with many frames', () => ({ exceptions: [largeException()] })],
    ['a long message', () => ({ message: 'x'.repeat(20_000) })],
  ])('is bounded if each line has %s', async (_what, beside) => {
    const settings = { ...DEFAULT_TAIL, reorderMilliseconds: 0, keepBytes: BOUND, holdBytes: BOUND };
    const feed = new Feed(settings, driver, () => undefined);
    const listener = { taken: 0, wake: () => (listener.taken = feed.sequence), willEvict: () => undefined };
    feed.join(listener);
    feed.begin([], null);
    for (let number = 0; number < 1_000; number += PART) {
      const part = Array.from({ length: PART }, (_, index) => lineWith(number + index, beside()));
      feed.accept(part);
      // The overlap may need up to twice the usual memory; the lines of the last release always stay.
      const most = 2 * BOUND + part.reduce((sum, { entry }) => sum + bytesOfEntry(entry), 0);
      expect(feed.window.bytes).toBeLessThanOrEqual(most);
      expect(feed.window.all().reduce((sum, { entry }) => sum + textOf(entry), 0)).toBeLessThanOrEqual(most);
      expect(feed.releasedAfter(0).reduce((sum, { entry }) => sum + textOf(entry), 0)).toBeLessThanOrEqual(most);
    }
    expect(listener.taken).toBe(1_000);
    await feed.stop();
  });

  test('matches the counted bytes, also after lines were evicted', () => {
    const feed = new Feed({ ...DEFAULT_TAIL, reorderMilliseconds: 0, keepLines: 20 }, driver, () => undefined);
    feed.begin([], null);
    for (let number = 0; number < 1_000; number += PART) {
      feed.accept(Array.from({ length: PART }, (_, index) => lineWith(number + index, { attributes: { number } })));
      expect(feed.window.bytes).toBe(feed.window.all().reduce((sum, { entry }) => sum + bytesOfEntry(entry), 0));
    }
    expect(feed.window.size).toBeLessThan(200);
  });

  test('does not contain evicted lines, even if a subscriber requested them before', () => {
    const feed = new Feed({ ...DEFAULT_TAIL, reorderMilliseconds: 0, keepLines: 20 }, driver, () => undefined);
    feed.begin([], null);
    const first = ((): WeakRef<LogEntry> => {
      const line = lineWith(0, {});
      feed.accept([line]);
      expect(feed.releasedWindow()).toHaveLength(1);
      expect(feed.takenFrom(1, 0n)).toHaveLength(1);
      return new WeakRef(line.entry);
    })();
    for (let number = 1; number < 1_000; number += 1) feed.accept([lineWith(number, {})]);
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      collectGarbage();
      expect(first.deref()).toBeUndefined();
      expect(feed.window.size).toBeGreaterThan(0);
    });
  });
});

describe('the estimated memory of an entry', () => {
  test('is never less than its characters', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(fc.string(), fc.option(json), (message, attributes) => {
        const beside = { message, attributes: attributes as JsonObject | null };
        expect(bytesOfEntry({ tie: '', exceptions: [], ...beside })).toBeGreaterThanOrEqual(
          message.length + JSON.stringify(attributes).length / 6,
        );
      }),
    );
  });
});
