/** Any value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object: data from vendors other than the fields that we know. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** True for an object with members: no list, and not null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Upper bound on nested objects and lists in a shown value; deeper values are replaced. */
const MOST_LEVELS = 64;

/** Replaces a value that is nested too deeply. */
const TOO_DEEP = '… (nested too deeply)';

/**
 * The value with at most 64 levels, so that recursion over it is safe. Returns the same object if it is within the
 * limit.
 */
export function withinDepth(value: Json): Json {
  return isWithin(value, MOST_LEVELS) ? value : cutBelow(value, MOST_LEVELS);
}

function isWithin(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  for (const member of Object.values(value)) if (!isWithin(member, levels - 1)) return false;
  return true;
}

function cutBelow(value: Json, levels: number): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return TOO_DEEP;
  if (Array.isArray(value)) return value.map((member: Json) => cutBelow(member, levels - 1));
  // Defines each key as an own property: a key named `__proto__` stays data.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cutBelow(member, levels - 1)]));
}

/** The sizes of large objects and lists, which a query may select a hundred times. */
const sizes = new WeakMap<object, number>();
const LARGE_BYTES = 1_024;

/**
 * Approximate size of a value as JSON. The value must be within the depth that `withinDepth` allows, and must not change
 * afterwards.
 */
export function sizeOfJson(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 2;
  if (typeof value !== 'object' || value === null) return 8;
  const known = sizes.get(value);
  if (known !== undefined) return known;
  let size = 2;
  if (Array.isArray(value)) for (const member of value) size += 1 + sizeOfJson(member);
  else for (const [key, member] of Object.entries(value)) size += key.length + 4 + sizeOfJson(member);
  if (size > LARGE_BYTES) sizes.set(value, size);
  return size;
}

/** An exponent of three digits at the end of a value. A number without one, and with fewer than `MOST_DIGITS` digits, is exact. */
const LARGE_EXPONENT = /\d[eE][+-]?\d{3,}\s*(?:[,\]}]|$)/;
const MOST_DIGITS = 16;

/** The escape of a surrogate. Without one, the text has no half of a pair, since valid UTF-8 contains none. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;
const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const NUMBER = /^-?(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * Parses JSON from a vendor. Throws a `SyntaxError` like `JSON.parse`, and differs from it in two ways:
 * - a number that would lose digits or become infinite is returned as a string of its text;
 * - half of a surrogate pair becomes U+FFFD, so that all our strings are valid Unicode.
 *
 * For a text without sixteen digits in a row, large exponents and escaped surrogates, the additional cost is three scans,
 * each of which takes a fraction of the parsing.
 */
export function parseJson(text: string): Json {
  const exact = hasManyDigits(text) || LARGE_EXPONENT.test(text) ? withInexactNumbersQuoted(text) : text;
  // `JSON.parse` only returns JSON values.
  return JSON.parse(withoutHalfPairs(exact)) as Json;
}

/** True if the text has a run of `MOST_DIGITS` digits and points. Each such run covers an index that is checked. */
function hasManyDigits(text: string): boolean {
  for (let at = MOST_DIGITS - 1; at < text.length; at += MOST_DIGITS) {
    if (!isDigitOrPoint(text.charCodeAt(at))) continue;
    let [first, last] = [at, at];
    while (at - first < MOST_DIGITS && isDigitOrPoint(text.charCodeAt(first - 1))) first -= 1;
    while (last - first < MOST_DIGITS && isDigitOrPoint(text.charCodeAt(last + 1))) last += 1;
    if (last - first >= MOST_DIGITS - 1) return true;
  }
  return false;
}

function isDigitOrPoint(code: number): boolean {
  return (code >= ZERO && code <= NINE) || code === POINT;
}

/** Quotes the numbers that would not be exact. A malformed text stays malformed. */
function withInexactNumbersQuoted(text: string): string {
  let out = '';
  let copied = 0;
  for (let at = 0; at < text.length;) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      at = endOfString(text, at);
    } else if (character === MINUS || (character >= ZERO && character <= NINE)) {
      const end = endOfNumber(text, at);
      const token = text.slice(at, end);
      if (end - at >= LEAST_INEXACT && isInexact(token) && isValue(text, at, end)) {
        out += `${text.slice(copied, at)}"${token}"`;
        copied = end;
      }
      at = end;
    } else {
      at += 1;
    }
  }
  return out + text.slice(copied);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_A = 0x61;

/** The index after the string that begins at `start`, or the end of the text if the string does not end. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
  return text.length;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (isOfNumber(text.charCodeAt(end))) end += 1;
  return end;
}

/** Digits, signs, the point and the exponent. */
function isOfNumber(code: number): boolean {
  return (code >= ZERO && code <= NINE) || (code >= 0x2b && code <= 0x2e && code !== 0x2c) || (code | 0x20) === 0x65;
}

/** Every shorter number is exact; `1e309` is the shortest that is not. */
const LEAST_INEXACT = 5;

/** True if the token is a JSON number that would change when parsed. `parseJson` then returns its text. */
export function isInexact(token: string): boolean {
  const value = Number(token);
  if (INTEGER.test(token)) return !Number.isSafeInteger(value);
  const written = decimalOf(token);
  return written !== null && (!Number.isFinite(value) || decimalOf(String(value)) !== written);
}

/** The digits of a number without leading and trailing zeros, and the exponent of the last one: equal for equal numbers. */
function decimalOf(token: string): string | null {
  const match = NUMBER.exec(token);
  if (match === null) return null;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === ZERO) end -= 1;
  return end === 0 ? '0' : `${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}

/** True if the token is at the place of a JSON value. Quoting it elsewhere could make a malformed text valid. */
function isValue(text: string, start: number, end: number): boolean {
  let [before, after] = [start - 1, end];
  while (isSpace(text.charCodeAt(before))) before -= 1;
  while (isSpace(text.charCodeAt(after))) after += 1;
  return '[,:'.includes(text.charAt(before)) && ',]}'.includes(text.charAt(after));
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** A value as JSON text in valid Unicode, for every kind of output. */
export function writeJson(value: unknown, indent?: number): string {
  return withoutHalfPairs(JSON.stringify(value, null, indent));
}

/** The value with U+FFFD in place of each half of a surrogate pair in its texts. */
export function validUnicode<T>(value: T): T {
  const text = JSON.stringify(value);
  // Only characters within texts have changed, so the type is the same.
  return hasSurrogateEscape(text) ? (JSON.parse(withoutHalfPairs(text)) as T) : value;
}

/** Most texts have no such escape; the substring search rules them out in a fraction of the time. */
function hasSurrogateEscape(text: string): boolean {
  return text.includes('\\u') && SURROGATE_ESCAPE.test(text);
}

/** Half of a surrogate pair, escaped, and what stands in its place: both have the same length. */
const HALF = 6;
const REPLACEMENT = Buffer.from('\\ufffd');
const [LOW_D, LOW_U] = [0x64, 0x75];

/** The JSON text with each escape of half a surrogate pair replaced by U+FFFD. */
export function withoutHalfPairs(text: string): string {
  if (!hasSurrogateEscape(text)) return text;
  // Bytes are changed in place: a text may have millions of them.
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== BACKSLASH) continue;
    const half = halfAt(bytes, at);
    if (half === 'high' && halfAt(bytes, at + HALF) === 'low') at += 2 * HALF - 1;
    else if (half === null) at += 1;
    else at += REPLACEMENT.copy(bytes, at) - 1;
  }
  return bytes.toString();
}

/** The half of a pair whose escape begins there. Null: no such escape does. */
function halfAt(bytes: Buffer, at: number): 'high' | 'low' | null {
  if (bytes[at] !== BACKSLASH || bytes[at + 1] !== LOW_U || ((bytes[at + 2] ?? 0) | 0x20) !== LOW_D) return null;
  const [kind, third, fourth] = [digitAt(bytes, at + 3), digitAt(bytes, at + 4), digitAt(bytes, at + 5)];
  if (kind < 8 || third < 0 || fourth < 0) return null;
  return kind < 12 ? 'high' : 'low';
}

/** The value of a hexadecimal digit; -1: it is none. */
function digitAt(bytes: Buffer, at: number): number {
  const code = bytes[at] ?? 0;
  if (code >= ZERO && code <= NINE) return code - ZERO;
  const letter = (code | 0x20) - LOWER_A;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}
