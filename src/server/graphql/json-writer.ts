import { isTurnOver, rest } from '../../domain/fair-share.ts';
import { withoutHalfPairs, writeJson } from '../../domain/json.ts';

/**
 * Writes a value as JSON in pieces, so that other work runs in between. A row (an object that contains only scalars and
 * flat objects) without long texts is never split. A long text is.
 */

/** A piece is written when it reaches this many characters. */
const PIECE_CHARACTERS = 64 * 1024;

/**
 * The JSON of a value, equal to that of `writeJson`, in pieces of at least `characters` characters (except the last), and not many more.
 */
export function* jsonInPieces(value: unknown, characters = PIECE_CHARACTERS): Generator<string, void, undefined> {
  let piece = '';
  for (const part of partsOf(value, characters)) {
    piece += part;
    if (piece.length < characters) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** The JSON of a value, written with rests. */
export async function jsonInTurns(value: unknown): Promise<string> {
  let text = '';
  for (const piece of jsonInPieces(value)) {
    text += piece;
    if (isTurnOver()) await rest();
  }
  return text;
}

function* partsOf(value: unknown, most: number): Generator<string, void, undefined> {
  if (typeof value === 'string' && value.length > most) yield* partsOfText(value, most);
  else if (!isObject(value) || 'toJSON' in value || isRow(value, most)) {
    // A value without JSON, such as undefined, is written as null in a list and omitted from an object.
    yield jsonOf(value) ?? 'null';
  } else if (Array.isArray(value)) {
    let before = '[';
    for (const member of value) {
      yield before;
      yield* partsOf(member, most);
      before = ',';
    }
    yield before === '[' ? '[]' : ']';
  } else {
    let before = '{';
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined || typeof member === 'function' || typeof member === 'symbol') continue;
      yield `${before}${writeJson(key)}:`;
      yield* partsOf(member, most);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  }
}

function* partsOfText(text: string, most: number): Generator<string, void, undefined> {
  yield '"';
  for (let at = 0; at < text.length;) {
    const isSplit = isHighSurrogate(text.charCodeAt(at + most - 1));
    const end = at + most + (isSplit ? 1 : 0);
    yield writeJson(text.slice(at, end)).slice(1, -1);
    at = end;
  }
  yield '"';
}

/** True for the first half of a pair, which belongs to the same part as the other half. */
function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
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

/** True for an object that contains only scalars and flat objects, with texts of at most that many characters in all. */
function isRow(value: object, most: number): boolean {
  if (Array.isArray(value)) return false;
  let characters = 0;
  for (const member of Object.values(value)) {
    if (isObject(member) && !isFlat(member)) return false;
    characters += charactersOf(member);
    if (characters > most) return false;
  }
  return true;
}

function isFlat(value: object): boolean {
  return !Array.isArray(value) && !Object.values(value).some(isObject);
}

/** The texts of a scalar or a flat object. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (!isObject(value)) return 0;
  let characters = 0;
  for (const member of Object.values(value)) if (typeof member === 'string') characters += member.length;
  return characters;
}
