import { parseJson } from '../../../../domain/json.ts';
import { parseInstant } from '../../../../domain/time.ts';
import type { Instant } from '../../../../domain/time.ts';
import type { LogInstance } from './instance.ts';
import { LineClock } from './line-clock.ts';

/**
 * A line as the vendor writes it: an object whose members are strings under four known names. One pass over its bytes finds its
 * end and proves that it is valid JSON of that shape. Its strings are decoded on demand, only while the bytes are valid.
 * `JSON.parse` reads any other object.
 */

/** The member names, in quotes, and where each text is kept. */
const NAMES: readonly Buffer[] = ['log', 'timestamp', 'level', 'container'].map((name) => Buffer.from(`"${name}"`));
const [LOG, TIMESTAMP, LEVEL, CONTAINER] = [0, 1, 2, 3];

const [QUOTE, BACKSLASH, COMMA, COLON, CLOSE] = [0x22, 0x5c, 0x2c, 0x3a, 0x7d];
const [SPACE, LINE_FEED, RETURN, TAB] = [0x20, 0x0a, 0x0d, 0x09];
const LETTER_U = 0x75;

/** The characters that may follow a backslash, except `u` and its four digits. */
const ESCAPED: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));

/** Where a string begins and ends in the bytes, including its quotes; `end` is 0 if it is absent. */
interface Span {
  start: number;
  end: number;
  isEscaped: boolean;
}

const none = (): Span => ({ start: 0, end: 0, isEscaped: false });

const four = (): Span[] => NAMES.map(none);

const NOTHING: Buffer = Buffer.alloc(0);

export class FlatLine implements LogInstance {
  start = 0;
  /** The index behind it. */
  end = 0;
  nanoseconds = 0n;
  readonly #bytes: Buffer;
  readonly #texts: readonly Span[];

  constructor(bytes: Buffer, texts: readonly Span[]) {
    this.#bytes = bytes;
    this.#texts = texts;
  }

  get time(): Instant {
    // The reader has read its time.
    return parseInstant(this.#textOf(TIMESTAMP) ?? '') as Instant;
  }

  get bytes(): number {
    return this.end - this.start;
  }

  /** The same line with bytes of its own. */
  get kept(): FlatLine {
    const { start } = this;
    const texts = this.#texts.map(({ start: from, end, isEscaped }) =>
      end === 0 ? none() : { start: from - start, end: end - start, isEscaped },
    );
    const bytes = Buffer.from(this.#bytes.subarray(start, this.end));
    const line = new FlatLine(bytes, texts);
    line.end = bytes.length;
    line.nanoseconds = this.nanoseconds;
    return line;
  }

  get log(): string {
    return this.#textOf(LOG) ?? '';
  }

  get level(): string | null {
    return this.#textOf(LEVEL);
  }

  get container(): string | null {
    return this.#textOf(CONTAINER);
  }

  #textOf(name: number): string | null {
    const { start, end, isEscaped } = this.#texts[name] ?? none();
    if (end === 0) return null;
    if (!isEscaped) return this.#bytes.toString('utf8', start + 1, end - 1);
    // The bytes were already checked to be a JSON string.
    return parseJson(this.#bytes.toString('utf8', start, end)) as string;
  }
}

/** Reads the lines of one answer. */
export class FlatLineReader {
  readonly #texts = four();
  readonly #clock = new LineClock();
  #bytes = NOTHING;
  #words = wordsOf(NOTHING);
  #line = new FlatLine(NOTHING, this.#texts);

  /**
   * The line that begins there, which is valid until the next one is read; null if its end has not arrived or it has another shape, so
   * nothing is known about it.
   */
  read(bytes: Buffer, start: number): FlatLine | null {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#words = wordsOf(bytes);
      this.#line = new FlatLine(bytes, this.#texts);
    }
    const end = readMembers(bytes, this.#words, start, this.#texts);
    if (end === -1) return null;
    const { start: from, end: until, isEscaped } = this.#texts[TIMESTAMP] as Span;
    const nanoseconds = until === 0 || isEscaped ? null : this.#clock.read(bytes, from + 1, until - 1);
    if (nanoseconds === null) return null;
    const line = this.#line;
    line.start = start;
    line.end = end;
    line.nanoseconds = nanoseconds;
    return line;
  }
}

function wordsOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** Reads the object that begins at the index. Returns the index behind it; -1 if it has another shape. */
function readMembers(bytes: Buffer, words: DataView, start: number, texts: readonly Span[]): number {
  for (let index = 0; index < texts.length; index += 1) (texts[index] as Span).end = 0;
  for (let at = start + 1; ; at += 1) {
    at = afterSpace(bytes, at);
    const name = nameAt(bytes, at);
    if (name === -1) return -1;
    const text = texts[name] as Span;
    at = afterSpace(bytes, at + (NAMES[name] as Buffer).length);
    if (text.end !== 0 || bytes[at] !== COLON) return -1;
    text.start = afterSpace(bytes, at + 1);
    if (bytes[text.start] !== QUOTE || !readText(bytes, words, text)) return -1;
    at = afterSpace(bytes, text.end);
    if (bytes[at] === CLOSE) return at + 1;
    if (bytes[at] !== COMMA) return -1;
  }
}

/** Finds the end of a string; false if the bytes end first, or if it is malformed. */
function readText(bytes: Buffer, words: DataView, text: Span): boolean {
  const { length } = bytes;
  text.isEscaped = false;
  for (let at = text.start + 1; ; at += 1) {
    while (at + 4 <= length && isPlain(words.getInt32(at, true))) at += 4;
    while (at < length && isPlainByte(bytes[at] as number)) at += 1;
    if (at >= length) return false;
    const byte = bytes[at];
    if (byte === QUOTE) {
      text.end = at + 1;
      return true;
    }
    if (byte !== BACKSLASH) return false;
    text.isEscaped = true;
    at += 1;
    const escaped = bytes[at] ?? 0;
    if (ESCAPED.has(escaped)) continue;
    if (escaped !== LETTER_U || !isHex(bytes, at + 1)) return false;
    at += 4;
  }
}

function isPlainByte(byte: number): boolean {
  return byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH;
}

/** True if none of the four bytes is a quote, a backslash or less than 0x20: each sets the highest bit of its byte. */
function isPlain(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const found =
    ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes) | ((word - 0x20202020) & ~word);
  return (found & 0x80808080) === 0;
}

function isHex(bytes: Buffer, at: number): boolean {
  return /^[\da-fA-F]{4}$/.test(bytes.toString('latin1', at, at + 4));
}

function afterSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (let byte = bytes[at]; byte === SPACE || byte === LINE_FEED || byte === RETURN || byte === TAB; byte = bytes[at])
    at += 1;
  return at;
}

/** The index of the name at that place; -1 if it is none of them. */
function nameAt(bytes: Buffer, at: number): number {
  const [first, second] = [bytes[at + 1], bytes[at + 2]];
  for (let index = 0; index < NAMES.length; index += 1) {
    const name = NAMES[index] as Buffer;
    if (name[1] === first && name[2] === second && startsWith(bytes, at, name)) return index;
  }
  return -1;
}

function startsWith(bytes: Buffer, at: number, expected: Buffer): boolean {
  for (let index = 0; index < expected.length; index += 1) if (bytes[at + index] !== expected[index]) return false;
  return true;
}
