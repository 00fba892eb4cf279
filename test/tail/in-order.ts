import type { SandboxLine } from '../../src/sandbox/types.ts';
import { now } from './vendors.ts';

const MILLISECOND = 1_000_000n;

let last = 0n;

/**
 * Lines of now, each with a text of its own and a whole millisecond later than all before: there is one order
 * in which they can come.
 */
export function inOrder(count: number): SandboxLine[] {
  return Array.from({ length: count }, () => {
    last = now() >= last + MILLISECOND ? now() : last + MILLISECOND;
    return { time: last, message: `at ${last}` };
  });
}
