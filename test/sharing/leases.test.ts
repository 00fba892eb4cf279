import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { feedKeys } from '../../src/sharing/keys.ts';
import type { SharingLink } from '../../src/sharing/link.ts';
import { HAS_REDIS } from '../redis/redis-server.ts';
import { throughBroker, throughRedis } from './backends.ts';
import type { Backend } from './backends.ts';

const BACKENDS = [
  ...(HAS_REDIS ? [['Redis', throughRedis] as const] : []),
  ['the primary process of its workers', throughBroker] as const,
];

describe.each(BACKENDS)('a lease in %s', (_, open) => {
  let backend: Backend;
  let link: SharingLink;

  beforeAll(async () => {
    backend = await open();
    link = await backend.link();
  });

  afterAll(() => backend.close());

  test('is held by one owner, renewed by its token, and released only by its token', async () => {
    const keys = feedKeys('t', randomUUID());
    const token = await link.hold(keys, 'a', null);
    expect(token).toBe('1:a');
    expect(await link.hold(keys, 'b', null)).toBeNull();
    expect(await link.hold(keys, 'a', token)).toBe(token);
    await link.release(keys, '1:b');
    expect(await link.hold(keys, 'b', null)).toBeNull();
    await link.release(keys, '1:a');
    expect(await link.hold(keys, 'b', null)).toBe('2:b');
  });

  test('refuses messages with the token of an earlier term, even from its own holder', async () => {
    const keys = feedKeys('t', randomUUID());
    const old = await link.hold(keys, 'a', null);
    expect(await link.publish(keys, old, 'a', 'lines', '[]')).toBe(true);
    // As if it had expired while its holder was stopped.
    await backend.expireLease(keys);
    expect(await link.publish(keys, old, 'a', 'lines', '[]')).toBe(false);
    const taken = await link.hold(keys, 'b', null);
    expect(await link.publish(keys, old, 'a', 'lines', '[]')).toBe(false);
    expect(await link.hold(keys, 'a', old)).toBeNull();
    expect(await link.publish(keys, taken, 'b', 'lines', '[]')).toBe(true);
    await backend.expireLease(keys);
    expect(await link.hold(keys, 'a', old)).toBe('3:a');
    expect(await link.publish(keys, old, 'a', 'lines', '[]')).toBe(false);
    expect(await link.endOf(keys)).toMatchObject({ number: 2 });
  });

  test('begins a new term for a holder that has forgotten its token', async () => {
    const keys = feedKeys('t', randomUUID());
    expect(await link.hold(keys, 'a', null)).toBe('1:a');
    expect(await link.hold(keys, 'a', null)).toBe('2:a');
  });
});
