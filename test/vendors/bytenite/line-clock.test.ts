import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseInstant } from '../../../src/domain/time.ts';
import { LineClock } from '../../../src/vendors/bytenite/logs/body/line-clock.ts';

function readAll(texts: readonly string[]): (bigint | null)[] {
  const clock = new LineClock();
  const bytes = Buffer.from(texts.join('"'));
  let start = 0;
  return texts.map((text) => {
    const end = start + Buffer.byteLength(text);
    const read = clock.read(bytes, start, end);
    start = end + 1;
    return read;
  });
}

test('times of lines are those of parseInstant, whatever was read before them', () => {
  const minute = fc.constantFrom(
    '2026-05-04T02:00:',
    '2026-05-04 02:01:',
    '2026-05-04t02:01:',
    '2026-05-04T24:00:',
    '2026-02-29T12:00:',
    '1969-12-31T23:59:',
    '2026-05-04T02:0:0',
    'é026-05-04T02:00',
    '2026-05-04T02:00',
  );
  const second = fc.constantFrom('00', '07', '59', '60', '99', '5', 'é', '');
  const fraction = fc.oneof(
    fc.constantFrom('', '.', ',5', '.x'),
    fc.stringMatching(/^\d{1,12}$/).map((digits) => `.${digits}`),
  );
  const zone = fc.constantFrom('Z', 'Z', 'Z', 'z', '', '+02:00', ' Z', 'ZZ');
  const text = fc.tuple(minute, second, fraction, zone).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), (texts) => {
      expect(readAll(texts)).toEqual(texts.map((one) => parseInstant(one)?.nanoseconds ?? null));
    }),
    { numRuns: 2_000 },
  );
});
