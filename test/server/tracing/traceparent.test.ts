import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTraceparent, parseTraceparent } from '../../../src/server/tracing/traceparent.ts';

const id = (bytes: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((given) => Buffer.from(given).toString('hex'))
    .filter((text) => /[^0]/.test(text));

describe('a traceparent', () => {
  test('parses to the value that was formatted', () => {
    const step = fc.record({
      traceId: id(16),
      spanId: id(8),
      traceFlags: fc.constantFrom(0, 1),
    });
    fc.assert(
      fc.property(step, (given) => {
        expect(parseTraceparent(formatTraceparent(given))).toEqual(given);
      }),
    );
  });

  const [trace, span] = ['a'.repeat(32), 'b'.repeat(16)];

  test.each([
    ['another flag', `00-${trace}-${span}-03`, 1],
    ['no flag', `00-${trace}-${span}-00`, 0],
    ['a later version that says more', `01-${trace}-${span}-01-more`, 1],
  ])('with %s is valid', (_what, text, traceFlags) => {
    expect(parseTraceparent(text)).toEqual({ traceId: trace, spanId: span, traceFlags });
  });

  test.each([
    ['more in the first version', `00-${trace}-${span}-01-more`],
    ['the forbidden version', `ff-${trace}-${span}-01`],
    ['no trace', `00-${'0'.repeat(32)}-${span}-01`],
    ['no step', `00-${trace}-${'0'.repeat(16)}-01`],
    ['large letters', `00-${'A'.repeat(32)}-${span}-01`],
  ])('with %s is invalid', (_what, text) => {
    expect(parseTraceparent(text)).toBeNull();
  });
});
