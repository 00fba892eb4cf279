import { expect, test } from 'vitest';
import { likenessOf } from '../../explorer/src/log/likeness.ts';

test.each([
  ['5 orders taken over', 'orders taken over'],
  ['epoch 1 | step 15/240 | loss 2.1197', '| step'],
  ['{"level":"info","event":"metrics","step":10}', '{"level":"info","event":"metrics","step":'],
  ['worker 0f3a9c12 is \u001b[31mlost and gone\u001b[0m', 'lost and gone'],
  ['user \u202egnp.exe\u202c', 'gnp.exe'],
  ['12:30', '12:30'],
])('of %j, other lines have %j', (message, shared) => {
  expect(likenessOf(message)).toBe(shared);
});
