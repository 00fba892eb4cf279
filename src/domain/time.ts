/**
 * Instants with all fraction digits that a vendor sent. `Date` only holds milliseconds and takes a time without a zone
 * as local time, so it is not used for parsing: a time without a zone is UTC here.
 */

/** An instant: `nanoseconds` since the Unix epoch for comparison, `text` (RFC 3339, UTC) for display. */
export interface Instant {
  readonly nanoseconds: bigint;
  /** Ends in `Z` and keeps all fraction digits, even those beyond nanoseconds. */
  readonly text: string;
}

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(?:(?:[Zz]|UTC|GMT)|([+-])(\d{2})(?::?(\d{2}))?)?$/;

/** Nanoseconds of the first and the last instant that RFC 3339 can express: years 0000 to 9999. */
export const FIRST_INSTANT = -62_167_219_200_000_000_000n;
export const LAST_INSTANT = 253_402_300_799_999_999_999n;

/**
 * Parses an ISO 8601 / RFC 3339 date-time: `T` or a space between date and time, any number of fraction digits, `24:00`
 * for the end of a day, `Z`, `UTC`, an offset, or no zone (then UTC). Null for anything else, and for instants outside
 * the years 0000 to 9999 in UTC.
 */
export function parseInstant(text: string): Instant | null {
  return usualInstant(text) ?? anyInstant(text);
}

const [ZERO, NINE, DASH, COLON, POINT, LETTER_T, LETTER_Z, SPACE] = [48, 57, 45, 58, 46, 84, 90, 32];

/** Days of each month in a common year, and days before each month. */
const DAYS_IN = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/**
 * The form that most vendors use: `2026-11-28T01:02:03.456Z`, with any fraction, with a space for `T`, or without `Z`.
 * Null for other forms.
 */
function usualInstant(text: string): Instant | null {
  const hasZone = text.charCodeAt(text.length - 1) === LETTER_Z;
  const end = hasZone ? text.length - 1 : text.length;
  const between = text.charCodeAt(10);
  if (end < 19 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return null;
  if ((between !== LETTER_T && between !== SPACE) || text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON)
    return null;
  const year = 100 * twoDigits(text, 0) + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = month === 2 && isLeap ? 29 : (DAYS_IN[month - 1] ?? 0);
  // Comparisons with NaN are false. `anyInstant` handles rare cases such as leap seconds.
  if (!(year >= 1970 && day >= 1 && day <= length && hour < 24 && minute < 60 && second < 60)) return null;
  const fraction = end === 19 ? 0 : nanosecondsIn(text, 19, end);
  if (fraction === null) return null;
  const yearsBefore = year - 1;
  const leapDays = (yearsBefore >> 2) - Math.floor(yearsBefore / 100) + Math.floor(yearsBefore / 400) - 477;
  const days = 365 * (year - 1970) + leapDays + (DAYS_BEFORE[month - 1] ?? 0) + (isLeap && month > 2 ? 1 : 0) + day - 1;
  const seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
  const written = between === LETTER_T ? text : `${text.slice(0, 10)}T${text.slice(11)}`;
  return { nanoseconds: BigInt(seconds) * 1_000_000_000n + BigInt(fraction), text: hasZone ? written : `${written}Z` };
}

/** NaN if these are not digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  if (!(tens >= ZERO && tens <= NINE && ones >= ZERO && ones <= NINE)) return Number.NaN;
  return 10 * (tens - ZERO) + ones - ZERO;
}

/** What a fraction of so many digits is multiplied by. Reading it takes a fifth of the time of `10 ** n`. */
const TO_NANOSECONDS = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10];

/** Nanoseconds of the fraction between `start` and `end`, which includes the point; null if it is not a fraction. */
function nanosecondsIn(text: string, start: number, end: number): number | null {
  if (text.charCodeAt(start) !== POINT || end - start < 2) return null;
  let value = 0;
  for (let at = start + 1; at < end; at += 1) {
    const digit = text.charCodeAt(at);
    if (!(digit >= ZERO && digit <= NINE)) return null;
    if (at <= start + 9) value = 10 * value + digit - ZERO;
  }
  return value * (TO_NANOSECONDS[end - start - 1] ?? 1);
}

function anyInstant(text: string): Instant | null {
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
 * Parses a number that can only be a time since the Unix epoch: seconds, milliseconds, microseconds or nanoseconds,
 * distinguished by the number of digits (years 2001 to 2286). Null for any other number.
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

/** Formats nanoseconds since the epoch as RFC 3339 UTC with 0, 3, 6 or 9 fraction digits: the fewest that lose nothing. */
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
