/**
 * Writes queries in the vendor's resource query language. Values are always quoted, because an unquoted value that
 * equals the name of a property means that property. Quotes cannot be escaped, so a value that contains one kind is
 * quoted with the other. A condition that cannot be written exactly is left out.
 * https://docs.platform.softwareone.com/developer-resources/api-usage-and-reference/resource-query-language
 */

/** A condition before encoding. Only the functions below make one. */
export interface Condition {
  readonly text: string;
}

/** Lone surrogates cannot be encoded, and many servers refuse control characters. */
const UNWRITABLE = /[\p{Surrogate}\p{Control}]/u;

/** The value in quotes; null if it contains both kinds of quotes or cannot be sent. */
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

/** True for any of the values. Null if one of them cannot be written, or for an empty list, which the vendor refuses. */
export function isIn(path: string, values: readonly string[]): Condition | null {
  return membership('in', path, values);
}

/** True for all but the values. */
export function isOut(path: string, values: readonly string[]): Condition | null {
  return membership('out', path, values);
}

function membership(operator: 'in' | 'out', path: string, values: readonly string[]): Condition | null {
  const quoted = values.map(quote);
  if (quoted.length === 0 || quoted.includes(null)) return null;
  return { text: `${operator}(${path},(${quoted.join(',')}))` };
}

/**
 * Contains the text, ignoring case. Null for a text with a star or a backslash: the documentation says that `\*` means
 * a star, but the vendor's implementation reads it so only at the ends of a pattern.
 */
export function containsIgnoringCase(path: string, text: string): Condition | null {
  const quoted = text === '' || /[*\\]/.test(text) ? null : quote(`*${text}*`);
  return quoted === null ? null : { text: `ilike(${path},${quoted})` };
}

export const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
/** Years 1 and 9999, the range of four digits. */
const FIRST_MILLISECOND = BigInt(Date.parse('0001-01-01T00:00:00.000Z'));
const LAST_MILLISECOND = BigInt(Date.parse('9999-12-31T23:59:59.999Z'));

/** At or after the millisecond that contains the instant. */
export function atOrAfter(path: string, nanoseconds: bigint): Condition {
  return timeBound('ge', path, floorMilliseconds(nanoseconds));
}

/** At or before the first millisecond that is not before the instant. */
export function atOrBefore(path: string, nanoseconds: bigint): Condition {
  return timeBound('le', path, ceilMilliseconds(nanoseconds));
}

/** The vendor compares instants in milliseconds and requires exactly three digits. */
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
  /** Joined by AND. */
  readonly filter: readonly Condition[];
  /** For instance `-timestamp,-id`. Null: the vendor's own order. */
  readonly order: string | null;
  /** A property to return beside the usual ones. */
  readonly select?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

/**
 * The encoded query. It is written by hand, because a form encoder would append `=` to the condition, which changes its
 * meaning. The condition comes first, as in the vendor's examples.
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
