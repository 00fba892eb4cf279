import { expect, test } from 'vitest';
import { takeTurn } from '../../src/domain/turns.ts';

const call = () => ({ signal: new AbortController().signal });

test('a large answer yields to the event loop between its pieces', async () => {
  let turns = 0;
  let isOver = false;
  const tick = (): void => {
    turns += 1;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  const large = call();
  await Promise.all(Array.from({ length: 100 }, async () => takeTurn(large, 4_000)));
  isOver = true;
  expect(turns).toBeGreaterThanOrEqual(99);
});

test('a small answer does not wait for a large one', async () => {
  const done: string[] = [];
  const large = call();
  const pieces = Array.from({ length: 50 }, async (_, n) => takeTurn(large, 4_000).then(() => done.push(`large ${n}`)));
  const small = takeTurn(call(), 10).then(() => done.push('small'));
  await Promise.all([...pieces, small]);
  expect(done.indexOf('small')).toBeLessThan(5);
});

test('a client that has left gets no more turns', async () => {
  const leaving = new AbortController();
  const pieces = Array.from({ length: 1_000 }, async () => takeTurn({ signal: leaving.signal }, 4_000));
  const results = Promise.allSettled(pieces);
  leaving.abort(new Error('left'));
  const began = (await results).filter(({ status }) => status === 'fulfilled').length;
  expect(began).toBeLessThan(2);
});
