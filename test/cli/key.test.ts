import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { start } from './command-line.ts';

test('each new key differs, and is printed with its hash for the configuration', async () => {
  const first = start(['key']);
  expect(await first.done).toBe(0);
  const [, key = '', sha256] =
    /^key: {4}(trib_[A-Za-z0-9_-]{43})\nsha256: ([0-9a-f]{64})\n$/.exec(first.output()) ?? [];
  expect(createHash('sha256').update(key).digest('hex')).toBe(sha256);
  const second = start(['key', '--json']);
  await second.done;
  const other = JSON.parse(second.output()) as { key: string; sha256: string };
  expect(other.key).not.toBe(key);
  expect(createHash('sha256').update(other.key).digest('hex')).toBe(other.sha256);
});
