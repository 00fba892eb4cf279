/**
 * Instants with every fraction digit that a vendor sent. `Date` holds milliseconds only and reads a
 * time without a zone as local time, so it is not used for reading: a naive time is UTC here.
 */

/** An instant: `nanoseconds` since the Unix epoch for comparing, `text` (RFC 3339, UTC) for showing. */
export interface Instant {
  readonly nanoseconds: bigint;
  /** Ends in `Z` and keeps all fraction digits, also those beyond nanoseconds. */
  readonly text: string;
}

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(?:(?:[Zz]|UTC|GMT)|([+-])(\d{2})(?::?(\d{2}))?)?$/;

/** Nanoseconds of the first and the last instant that RFC 3339 can write: years 0000 to 9999. */
export const FIRST_INSTANT = -62_167_219_200_000_000_000n;
export const LAST_INSTANT = 253_402_300_799_999_999_999n;

/**
 * Reads an ISO 8601 / RFC 3339 date-time: `T` or a space between date and time, any number of fraction
 * digits, `24:00` for the end of a day, `Z`, `UTC`, an offset, or no zone at all (then UTC). Returns null for
 * anything else, and for what lies outside of the years 0000 to 9999 in UTC.
 */
export function parseInstant(text: string): Instant | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second = '00', fraction = '', sign, offsetHours, offsetMinutes = '00'] =
    match;
  if (hour === '24' && !(minute === '00' && second === '00' && /^0*$/.test(fraction))) return null;
  let milliseconds = utcMilliseconds(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  if (milliseconds === null) return null;
  if (sign !== undefined) {
    if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return null;
    const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
    milliseconds -= sign === '+' ? offset : -offset;
  }
  const nanoseconds = BigInt(milliseconds) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  if (nanoseconds < FIRST_INSTANT || nanoseconds > LAST_INSTANT) return null;
  const digits = fraction === '' ? '' : `.${fraction}`;
  return { nanoseconds, text: `${new Date(milliseconds).toISOString().slice(0, -5)}${digits}Z` };
}

function utcMilliseconds(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | null {
  if (month < 1 || month > 12 || day < 1 || hour > 24 || minute > 59 || second > 60) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1) return null;
  return date.setUTCHours(hour, minute, second);
}

const EPOCH = /^(?:(\d{10})(?:\.(\d+))?|(\d{13})|(\d{16})|(\d{19}))$/;

/**
 * Reads a number that can only be a time since the Unix epoch: seconds, milliseconds, microseconds or
 * nanoseconds, told apart by their number of digits (the years 2001 to 2286). Null for any other number.
 */
export function instantOfEpoch(text: string): Instant | null {
  const match = EPOCH.exec(text);
  if (match === null) return null;
  const [, seconds, fraction = '', milliseconds, microseconds, nanoseconds] = match;
  const whole =
    seconds === undefined ? (milliseconds ?? microseconds ?? nanoseconds ?? '') : seconds + fraction.slice(0, 9);
  const time = BigInt(whole.padEnd(19, '0'));
  return { nanoseconds: time, text: formatInstant(time) };
}

/** Writes nanoseconds since the epoch as RFC 3339 UTC with the fewest of 0, 3, 6 or 9 fraction digits that lose nothing. */
export function formatInstant(nanoseconds: bigint): string {
  const seconds = nanoseconds >= 0n ? nanoseconds / 1_000_000_000n : -((999_999_999n - nanoseconds) / 1_000_000_000n);
  const rest = Number(nanoseconds - seconds * 1_000_000_000n);
  const base = new Date(Number(seconds) * 1000).toISOString().slice(0, -5);
  if (rest === 0) return `${base}Z`;
  const digits = String(rest).padStart(9, '0');
  if (digits.endsWith('000000')) return `${base}.${digits.slice(0, 3)}Z`;
  if (digits.endsWith('000')) return `${base}.${digits.slice(0, 6)}Z`;
  return `${base}.${digits}Z`;
}
