import { writeJson } from '../../domain/json.ts';

/**
 * Writes a value as JSON in pieces, so that other work has its turn in between. A row, which is an object without lists and
 * objects in it but for small ones, is never divided.
 */

/** A piece is written when it has so many characters. */
const PIECE_CHARACTERS = 64 * 1024;

/** The JSON of a value, as `writeJson` writes it, in pieces of at least 64 Ki characters, but for the last one. */
export function* jsonInPieces(value: unknown): Generator<string, void, undefined> {
  let piece = '';
  for (const part of partsOf(value)) {
    piece += part;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function* partsOf(value: unknown): Generator<string, void, undefined> {
  if (!isObject(value) || 'toJSON' in value || isRow(value)) {
    // What has no JSON is null in a list, and is left out of an object.
    yield jsonOf(value) ?? 'null';
  } else if (Array.isArray(value)) {
    let before = '[';
    for (const member of value) {
      yield before;
      yield* partsOf(member);
      before = ',';
    }
    yield before === '[' ? '[]' : ']';
  } else {
    let before = '{';
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined || typeof member === 'function' || typeof member === 'symbol') continue;
      yield `${before}${writeJson(key)}:`;
      yield* partsOf(member);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  }
}

function jsonOf(value: unknown): string | undefined {
  // Its type leaves out that some values have none.
  return writeJson(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Does it hold nothing but values, and objects of values? */
function isRow(value: object): boolean {
  return !Array.isArray(value) && Object.values(value).every((member) => !isObject(member) || isFlat(member));
}

function isFlat(value: object): boolean {
  return !Array.isArray(value) && !Object.values(value).some(isObject);
}
