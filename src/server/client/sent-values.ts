import { TributaryError } from '../../domain/errors.ts';
import { isTurnOver, rest } from '../../domain/fair-share.ts';
import { withoutHalfPairs } from '../../domain/json.ts';

/**
 * Values that a request may hold, and how many for each vendor call that an operation may make: an id in `nodes` is one value, and an
 * object in `_entities` has three. Longer lists are over every other limit. Parsing and checking a value takes up to a microsecond.
 */
const MOST_VALUES = 20_000;
const VALUES_OF_CALL = 4;

/** A shorter text is parsed at once. */
const SHORT_BYTES = 16 * 1024;

/** What is shown of a place: the innermost names of it, and the start of each. */
const SHOWN_NAMES = 6;
const SHOWN_CHARACTERS = 100;

const BYTE_ORDER_MARK = '\ufeff';

/** The most values of a request, of all its objects and lists together. */
export function mostValues({ calls }: { readonly calls: number }): number {
  return Math.max(MOST_VALUES, VALUES_OF_CALL * calls);
}

/** Gives the value of a JSON text, or throws why there is none: a SyntaxError, or BAD_USER_INPUT. */
export type Parsed = () => unknown;

/**
 * Parses JSON that a client has sent. A long text waits for a turn of the event loop. One with too many values is refused before it is
 * parsed. All texts in the value are valid Unicode.
 */
export async function parseSent(bytes: Buffer, most: number): Promise<Parsed> {
  await turnFor(bytes.length);
  try {
    boundValues(bytes, most);
    const value: unknown = JSON.parse(textOf(bytes));
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Reads a form that a client has sent: each parameter, and each part of a list, is a value. */
export async function parseForm(text: string, most: number): Promise<URLSearchParams> {
  await turnFor(text.length);
  const values = 1 + (text.match(/[&,]|%2c/gi)?.length ?? 0);
  if (values > most) throw tooMany('The form', values, most);
  return new URLSearchParams(text);
}

/** Waits for a turn of the event loop before work on a long text. Null: the work may begin. */
export function turnFor(length: number): Promise<void> | null {
  return length > SHORT_BYTES && isTurnOver() ? rest() : null;
}

/** Throws BAD_USER_INPUT if an object or a list in the JSON has too many values, with all that is within it. */
export function boundValues(json: Buffer, most: number): void {
  if (json.length > most) new ValueCount(json, most).check();
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** An object or a list that has begun. */
interface Open {
  /** Commas in it, and values of what has ended in it. */
  values: number;
  /** Where the name of the member that is being read stands. Null: it is a list. */
  name: readonly [start: number, end: number] | null;
  index: number;
}

/** Counts values without parsing them. */
class ValueCount {
  readonly #json: Buffer;
  readonly #most: number;
  readonly #open: Open[] = [];

  constructor(json: Buffer, most: number) {
    this.#json = json;
    this.#most = most;
  }

  check(): void {
    const json = this.#json;
    let last: readonly [number, number] = [0, 0];
    for (let at = 0; at < json.length; at += 1) {
      const byte = json[at];
      if (byte === QUOTE) {
        const end = this.#endOfText(at);
        last = [at + 1, end];
        at = end;
      } else if (byte === COMMA) {
        const innermost = this.#open.at(-1);
        if (innermost === undefined) continue;
        innermost.values += 1;
        innermost.index += 1;
      } else if (byte === COLON) {
        const innermost = this.#open.at(-1);
        if (innermost !== undefined) innermost.name = last;
      } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        if (this.#open.push({ values: 1, name: null, index: 0 }) > this.#most)
          throw tooMany(this.#place(), this.#open.length, this.#most);
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.#close();
    }
  }

  #close(): void {
    const closed = this.#open.pop();
    if (closed === undefined) return;
    if (closed.values > this.#most) throw tooMany(this.#place(), closed.values, this.#most);
    const around = this.#open.at(-1);
    if (around !== undefined) around.values += closed.values;
  }

  /** The index of the quote that ends the text. */
  #endOfText(start: number): number {
    const json = this.#json;
    for (let at = start + 1; at < json.length; at += 1) {
      const byte = json[at];
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) return at;
    }
    return json.length;
  }

  /** What is being read now, such as `"variables.filter.stepIn"`. */
  #place(): string {
    const names = this.#open.slice(-SHOWN_NAMES).map(({ name, index }) => {
      if (name === null) return `[${index}]`;
      const [start, end] = name;
      return `.${this.#json.toString('utf8', start, Math.min(end, start + SHOWN_CHARACTERS))}`;
    });
    return names.length === 0 ? 'The request' : `"${names.join('').replace(/^\./, '')}"`;
  }
}

function tooMany(what: string, values: number, most: number): TributaryError {
  return new TributaryError('BAD_USER_INPUT', `${what} has ${values} values; at most ${most} are allowed.`);
}

/** Only an escape can write half of a surrogate pair: decoding makes none. */
function textOf(bytes: Buffer): string {
  const text = withoutHalfPairs(bytes.toString('utf8'));
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
