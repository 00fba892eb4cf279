/**
 * Writes queries in the vendor's resource query language. A value is always quoted, because an unquoted
 * one that is the name of a property means that property, and a quote can't be escaped: a value holds the
 * other kind. What can't be written so that it is read as it was meant is not written at all.
 * https://docs.platform.softwareone.com/developer-resources/api-usage-and-reference/resource-query-language
 */

/** A condition, not yet encoded. It comes only from the functions below. */
export interface Condition {
  readonly text: string;
}

/** Lone surrogates cannot be encoded, and many servers refuse control characters. */
const UNWRITABLE = /[\p{Surrogate}\p{Control}]/u;

/** The value in quotes; null for one that holds both kinds of quotes or can't be sent. */
function quote(value: string): string | null {
  if (UNWRITABLE.test(value)) return null;
  if (!value.includes('"')) return `"${value}"`;
  return value.includes("'") ? null : `'${value}'`;
}

function comparison(operator: 'eq' | 'ge' | 'le', path: string, value: string): Condition | null {
  const quoted = quote(value);
  return quoted === null ? null : { text: `${operator}(${path},${quoted})` };
}

export function equal(path: string, value: string): Condition | null {
  return comparison('eq', path, value);
}

export function isNull(path: string): Condition {
  return { text: `eq(${path},null())` };
}

/** One of the values. Null when one of them can't be written, or there is none: the vendor refuses an empty list. */
export function isIn(path: string, values: readonly string[]): Condition | null {
  return membership('in', path, values);
}

/** None of the values. */
export function isOut(path: string, values: readonly string[]): Condition | null {
  return membership('out', path, values);
}

function membership(operator: 'in' | 'out', path: string, values: readonly string[]): Condition | null {
  const quoted = values.map(quote);
  if (quoted.length === 0 || quoted.includes(null)) return null;
  return { text: `${operator}(${path},(${quoted.join(',')}))` };
}

/**
 * Contains the text, ignoring case. Null for a text with a star or a backslash: the documentation says that `\*` is a
 * star, the vendor's own implementation takes it so at the ends of a pattern only.
 */
export function containsIgnoringCase(path: string, text: string): Condition | null {
  const quoted = text === '' || /[*\\]/.test(text) ? null : quote(`*${text}*`);
  return quoted === null ? null : { text: `ilike(${path},${quoted})` };
}

export const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
/** Years 1 and 9999: what four digits can say. */
const FIRST_MILLISECOND = BigInt(Date.parse('0001-01-01T00:00:00.000Z'));
const LAST_MILLISECOND = BigInt(Date.parse('9999-12-31T23:59:59.999Z'));

/** At or after the millisecond that the instant lies in. */
export function atOrAfter(path: string, nanoseconds: bigint): Condition {
  return timeBound('ge', path, floorMilliseconds(nanoseconds));
}

/** At or before the first millisecond that is not before the instant. */
export function atOrBefore(path: string, nanoseconds: bigint): Condition {
  return timeBound('le', path, ceilMilliseconds(nanoseconds));
}

/** Instants are compared in milliseconds, and the vendor wants exactly three digits of them. */
function timeBound(operator: 'ge' | 'le', path: string, milliseconds: bigint): Condition {
  const within =
    milliseconds < FIRST_MILLISECOND
      ? FIRST_MILLISECOND
      : milliseconds > LAST_MILLISECOND
        ? LAST_MILLISECOND
        : milliseconds;
  return { text: `${operator}(${path},"${new Date(Number(within)).toISOString()}")` };
}

export function floorMilliseconds(nanoseconds: bigint): bigint {
  const truncated = nanoseconds / NANOSECONDS_PER_MILLISECOND;
  return truncated * NANOSECONDS_PER_MILLISECOND > nanoseconds ? truncated - 1n : truncated;
}

export function ceilMilliseconds(nanoseconds: bigint): bigint {
  return -floorMilliseconds(-nanoseconds);
}

export interface ListQuery {
  /** All of them must hold. */
  readonly filter: readonly Condition[];
  /** `-timestamp,-id`; null: the vendor's own order. */
  readonly order: string | null;
  /** Property that is shown beside the usual ones. */
  readonly select?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

/**
 * The encoded query. Written by hand: a form encoder would put `=` behind the condition, which makes it
 * another one. The condition comes first, as the vendor's examples have it.
 */
export function writeQuery({ filter, order, select, limit, offset }: ListQuery): string {
  const [first, ...others] = filter.map(({ text }) => text);
  const parts =
    first === undefined ? [] : [encode(others.length === 0 ? first : `and(${[first, ...others].join(',')})`)];
  if (select !== undefined) parts.push(`select=${encode(`+${select}`)}`);
  if (order !== null) parts.push(`order=${encode(order)}`);
  return [...parts, `limit=${limit}`, `offset=${offset}`].join('&');
}

/** Percent-encodes a text except for commas, which are easier to read. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%2C', ',');
}
