import { isRecord, withinDepth } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { instantOfEpoch, parseInstant } from '../../domain/time.ts';
import type { Instant } from '../../domain/time.ts';
import { Mismatch } from '../../http/body/mismatch.ts';

/**
 * Reads vendors' answers with plain functions, one per field, instead of a schema that is interpreted per row.
 *
 * A field that is only shown is read leniently: as null, or as the text of its value. Only fields that order or
 * identify a row may fail (`required`), and then only for that row (`rowsOf`).
 */

/** An object of an answer. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields: (value: unknown) => value is Fields = isRecord;

/** The value as an object. Throws a `Mismatch` otherwise. */
export function fieldsOf(value: unknown): Fields {
  if (isFields(value)) return value;
  throw Mismatch.of(value, 'an object');
}

/** True for undefined, null, false, zero, and an empty string, list or object. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 0) return true;
  return Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0;
}

/** Throws if the answer reports an error: it is not complete, whatever else it contains. */
export function refuseErrors(fields: Fields): void {
  for (const name of ['error', 'errors']) {
    if (!isEmpty(fields[name])) throw Mismatch.of(fields[name], 'no error', name);
  }
}

/** The field as a list. Throws a `Mismatch` otherwise. */
export function listIn(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (Array.isArray(value)) return value as readonly unknown[];
  throw Mismatch.of(value, 'an array', name);
}

/** The field as a list; null if it is missing or null. */
export function optionalListIn(fields: Fields, name: string): readonly unknown[] | null {
  const value = fields[name];
  return value === undefined || value === null ? null : listIn(fields, name);
}

/** The result of `read` for a field. Throws a `Mismatch` if it is null. */
export function required<T>(fields: Fields, name: string, read: (value: unknown) => T | null, expected: string): T {
  const value = read(fields[name]);
  if (value === null) throw Mismatch.of(fields[name], expected, name);
  return value;
}

/** A string unchanged, any other value as JSON text. Null: there is no value. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? null : jsonText(value as Json);
}

/** The value as JSON text, cut where it is nested too deeply. */
function jsonText(value: Json): string {
  return JSON.stringify(withinDepth(value));
}

/** Longest id that is taken. Ids are parts of cursors, global ids and paths, which have to stay short. */
export const LONGEST_ID = 1_024;

/** An identifying id or name: a string that is not empty nor longer than `LONGEST_ID`, or a number. */
export function idOf(value: unknown): string | null {
  return typeof value === 'number' ? String(value) : textIdOf(value);
}

/** An id that its vendor always writes as a string. */
export function textIdOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_ID ? value : null;
}

/** A flag that is only shown: null unless it is one. */
export function flagOf(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

/** The largest number that the graph's `Int` holds. */
export const LARGEST_COUNT = 2_147_483_647;

/**
 * A count, as a number or text: a whole number from 0 that fits into the graph's `Int`. Null for anything else, because
 * counts are only hints.
 */
export function countOf(value: unknown): number | null {
  const count = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= LARGEST_COUNT ? count : null;
}

/**
 * A date-time by which a vendor orders its rows. Numbers are refused: a number among date-time strings would not fit
 * the order of the other rows.
 */
export function dateTimeOf(value: unknown): Instant | null {
  return typeof value === 'string' ? parseInstant(value) : null;
}

/**
 * An instant that is not used for ordering, as text or as a number of seconds, milliseconds, microseconds or
 * nanoseconds since 1970.
 */
export function instantOf(value: unknown): Instant | null {
  if (typeof value === 'number') return instantOfEpoch(String(value));
  if (typeof value !== 'string') return null;
  return parseInstant(value) ?? instantOfEpoch(value);
}

/** Any JSON, for attributes. Its values come out of a JSON parser and are JSON already. */
export function jsonOf(value: unknown): Json {
  return value === undefined ? null : withinDepth(value as Json);
}

/** A JSON object for attributes; any other value is wrapped under the given name. Null: there is no value. */
export function attributesOf(value: unknown, name: string): JsonObject | null {
  const json = jsonOf(value);
  if (json === null) return null;
  return isRecord(json) ? json : { [name]: json };
}

/** Sets an own member, whatever its name (`__proto__`). */
function put(object: Record<string, Json>, name: string, value: Json): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** The members with a value; null: there are none. */
export function present(members: Readonly<Record<string, Json | undefined>>): JsonObject | null {
  let kept: Record<string, Json> | null = null;
  for (const name of Object.keys(members)) {
    const value = members[name] ?? null;
    if (value !== null) put((kept ??= {}), name, value);
  }
  return kept;
}
