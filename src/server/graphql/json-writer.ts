import { withoutHalfPairs, writeJson } from '../../domain/json.ts';

/**
 * Writes a value as JSON in pieces, so that other work runs in between. A row (an object that contains only scalars and
 * flat objects) is never split.
 */

/** A piece is written when it reaches this many characters. */
const PIECE_CHARACTERS = 64 * 1024;

/** The JSON of a value, equal to that of `writeJson`, in pieces of at least 64 Ki characters (except the last). */
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
    // A value without JSON, such as undefined, is written as null in a list and omitted from an object.
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

/** Undefined: the value has no JSON. */
function jsonOf(value: unknown): string | undefined {
  // The type of `stringify` leaves out that some values have none.
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : withoutHalfPairs(text);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** True for an object that contains only scalars and flat objects. */
function isRow(value: object): boolean {
  return !Array.isArray(value) && Object.values(value).every((member) => !isObject(member) || isFlat(member));
}

function isFlat(value: object): boolean {
  return !Array.isArray(value) && !Object.values(value).some(isObject);
}
