import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIRST_INSTANT, formatInstant, instantOfEpoch, LAST_INSTANT, parseInstant } from '../../src/domain/time.ts';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

describe('a date-time', () => {
  test.each([
    ['2026-03-01T09:30:00+00', '2026-03-01T09:30:00Z'],
    ['2026-03-01 09:30:00.5-03', '2026-03-01T12:30:00.5Z'],
    ['2026-03-01 09:30:00 UTC', '2026-03-01T09:30:00Z'],
    ['2026-03-01T09:30:00GMT', '2026-03-01T09:30:00Z'],
    ['2026-02-28T24:00', '2026-03-01T00:00:00Z'],
    ['2026-12-31T24:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59.999999999999Z', '9999-12-31T23:59:59.999999999999Z'],
  ])('may be written as %s', (text, shown) => {
    expect(parseInstant(text)?.text).toBe(shown);
  });

  test.each([
    '2026-03-01T24:00:01Z',
    '2026-03-01T25:00:00Z',
    '2026-03-01T09:30:00+24:00',
    '2026-03-01T09:30:00+00:60',
    '2026-02-29T00:00:00Z',
    '2026-03-01T09:30:00 CET',
    '0000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:00-00:01',
    '9999-12-31T24:00:00Z',
    '+012026-03-01T09:30:00Z',
    'soon',
    '',
  ])('cannot be written as %s', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  test('is the same for every notation of its zone', () => {
    const at = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
    const fraction = fc.oneof(
      fc.constant(''),
      fc.stringMatching(/^[0-9]{1,12}$/).map((digits) => `.${digits}`),
    );
    fc.assert(
      fc.property(at, fraction, fc.constantFrom('T', ' '), (date, digits, between) => {
        const [day = '', time = ''] = date.toISOString().slice(0, 19).split('T');
        const text = `${day}${between}${time}${digits}`;
        const instant = parseInstant(`${text}+00:00`);
        expect(instant?.nanoseconds).toBe(
          BigInt(Date.parse(`${day}T${time}Z`)) * 1_000_000n + BigInt(digits.slice(1, 10).padEnd(9, '0')),
        );
        expect(parseInstant(`${text}Z`)).toEqual(instant);
        expect(parseInstant(text)).toEqual(instant);
      }),
      { numRuns: 2_000 },
    );
    for (const text of [
      '2026-02-29T00:00:00',
      '2026-04-31T00:00:00',
      '2026-13-01T00:00:00',
      '2026-00-01T00:00:00',
      '2026-01-00T00:00:00',
    ])
      expect(parseInstant(text)).toBeNull();
  });

  test('is the same after another time of its minute as when it is read alone', () => {
    const rests = [
      '03Z',
      '03',
      '03.5Z',
      '59.123456789Z',
      '00.1234567891Z',
      '60Z',
      '3Z',
      '03.Z',
      '03.5+02:00',
      '03+02',
      '03 UTC',
      '',
    ];
    for (const rest of rests) {
      parseInstant('2026-11-28T01:02:01Z');
      // A small `t` is read in another way, without a look at the time before.
      expect(parseInstant(`2026-11-28T01:02:${rest}`), rest).toEqual(parseInstant(`2026-11-28t01:02:${rest}`));
    }
  });

  test('is parsed to RFC 3339 within its range, or refused', () => {
    const two = fc.integer({ min: 0, max: 99 }).map((number) => String(number).padStart(2, '0'));
    const zone = fc.oneof(
      fc.constantFrom('', 'Z', 'z', ' UTC', ' GMT', '+00', ' CET'),
      fc.tuple(fc.constantFrom('+', '-'), two, fc.constantFrom('', ':'), two).map((parts) => parts.join('')),
    );
    const time = fc
      .tuple(
        fc.constantFrom('0000', '0001', '2026', '9999'),
        two,
        two,
        two,
        two,
        two,
        fc.constantFrom('', '.1', ',25'),
        zone,
      )
      .map(([year, month, day, hour, minute, second, fraction, end]) =>
        [`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}`, end].join(''),
      );
    fc.assert(
      fc.property(fc.oneof(time, fc.string(), fc.integer().map(String)), (text) => {
        const instant = parseInstant(text) ?? instantOfEpoch(text);
        if (instant === null) return;
        expect(instant.text).toMatch(RFC_3339);
        // Our output parses to the same instant.
        expect(parseInstant(instant.text)).toEqual(instant);
      }),
      { numRuns: 5_000 },
    );
  });

  test('is formatted for any instant of the years 0000 to 9999', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: FIRST_INSTANT, max: LAST_INSTANT }), (nanoseconds) => {
        const text = formatInstant(nanoseconds);
        expect(text).toMatch(RFC_3339);
        expect(parseInstant(text)?.nanoseconds).toBe(nanoseconds);
      }),
    );
  });
});

describe('a number of time units since 1970', () => {
  test.each([
    ['1700000000', '2023-11-14T22:13:20Z'],
    ['1700000000.25', '2023-11-14T22:13:20.250Z'],
    ['1700000000123', '2023-11-14T22:13:20.123Z'],
    ['1700000000123456', '2023-11-14T22:13:20.123456Z'],
    ['1700000000123456789', '2023-11-14T22:13:20.123456789Z'],
  ])('has its unit inferred from its digits: %s', (text, shown) => {
    expect(instantOfEpoch(text)?.text).toBe(shown);
  });

  test.each(['0', '7', '17000000', '17000000001', '-1700000000', '1e12', '1700000000.'])('is no time as %s', (text) => {
    expect(instantOfEpoch(text)).toBeNull();
  });
});
