import { withinDepth } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { instantOfEpoch, parseInstant } from '../../domain/time.ts';
import type { Instant } from '../../domain/time.ts';
import { Mismatch } from '../../http/body/mismatch.ts';

/**
 * How vendors' answers are read: by plain functions, one per field, without a schema that is interpreted per row.
 *
 * A field that is only shown is read leniently: null, or the text of what came. Only what a row is ordered and told
 * apart by may fail (`required`), and then for that row alone (`rowsOf`).
 */

/** An object of an answer. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object that a value must be. */
export function fieldsOf(value: unknown): Fields {
  if (isFields(value)) return value;
  throw Mismatch.of(value, 'an object');
}

/** Is there nothing in it: null, false, zero, an empty text, list or object? */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 0) return true;
  return Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0;
}

/** An answer that names an error is not whole, whatever stands beside it. */
export function refuseErrors(fields: Fields): void {
  for (const name of ['error', 'errors']) {
    if (!isEmpty(fields[name])) throw Mismatch.of(fields[name], 'no error', name);
  }
}

/** The list that a field must be. */
export function listIn(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (Array.isArray(value)) return value as readonly unknown[];
  throw Mismatch.of(value, 'an array', name);
}

/** The list that a field must be unless it is missing or null. */
export function optionalListIn(fields: Fields, name: string): readonly unknown[] | null {
  const value = fields[name];
  return value === undefined || value === null ? null : listIn(fields, name);
}

/** What `read` makes of a field; a mismatch where that is null. */
export function required<T>(fields: Fields, name: string, read: (value: unknown) => T | null, expected: string): T {
  const value = read(fields[name]);
  if (value === null) throw Mismatch.of(fields[name], expected, name);
  return value;
}

/** A text as it came; of any other value its JSON. Null where nothing came. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? null : jsonText(value as Json);
}

/** The value as JSON text, cut where it is nested too deeply. */
function jsonText(value: Json): string {
  return JSON.stringify(withinDepth(value));
}

/** An id or a name that something is told apart by: a text that is not empty, or a number. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
}

/** An id that is a text at its vendor. */
export function textIdOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A flag that is only shown: null unless it is one. */
export function flagOf(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

/** The largest number that the graph's `Int` holds. */
const LARGEST_COUNT = 2_147_483_647;

/**
 * How many there are, also as text: a whole number that is not negative and that the graph's `Int` holds. Null for
 * anything else: counts are hints.
 */
export function countOf(value: unknown): number | null {
  const count = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= LARGEST_COUNT ? count : null;
}

/**
 * A date-time that a vendor orders its rows by. A number is none: where one stands in a list of texts, the row has
 * its place by something else, and would break the order of the others.
 */
export function dateTimeOf(value: unknown): Instant | null {
  return typeof value === 'string' ? parseInstant(value) : null;
}

/** An instant that orders nothing, as a text or as a number of seconds, milliseconds, microseconds or nanoseconds since 1970. */
export function instantOf(value: unknown): Instant | null {
  if (typeof value === 'number') return instantOfEpoch(String(value));
  if (typeof value !== 'string') return null;
  return parseInstant(value) ?? instantOfEpoch(value);
}

/** Any JSON, for attributes. Its values come out of a JSON parser and are JSON already. */
export function jsonOf(value: unknown): Json {
  return value === undefined ? null : withinDepth(value as Json);
}

/** A JSON object for attributes; any other value under the given name. Null where nothing came. */
export function attributesOf(value: unknown, name: string): JsonObject | null {
  const json = jsonOf(value);
  if (json === null) return null;
  return isJsonObject(json) ? json : { [name]: json };
}

function isJsonObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A plain member, whatever its name. */
function put(object: Record<string, Json>, name: string, value: Json): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** The members that have a value; null when none has. */
export function present(members: Readonly<Record<string, Json | undefined>>): JsonObject | null {
  let kept: Record<string, Json> | null = null;
  for (const name of Object.keys(members)) {
    const value = members[name] ?? null;
    if (value !== null) put((kept ??= {}), name, value);
  }
  return kept;
}
