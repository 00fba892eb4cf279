import { parseJson } from '../../../../domain/json.ts';
import { parseInstant } from '../../../../domain/time.ts';
import type { Instant } from '../../../../domain/time.ts';
import type { LogInstance } from './instance.ts';

/**
 * A line as the vendor writes it: an object whose members are strings under four known names. One pass over its bytes finds its
 * end and proves that it is valid JSON of that shape. Its strings are decoded on demand, only while the bytes are valid.
 * `JSON.parse` reads any other object.
 */

const NAMES = ['log', 'timestamp', 'level', 'container'] as const;
type Name = (typeof NAMES)[number];

/** The member names, in quotes. */
const QUOTED: readonly Buffer[] = NAMES.map((name) => Buffer.from(`"${name}"`));

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

export class FlatLine implements LogInstance {
  readonly time: Instant;
  /** The index behind it. */
  readonly end: number;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #texts: Readonly<Record<Name, Span>>;

  private constructor(
    bytes: Buffer,
    [start, end]: readonly [number, number],
    time: Instant,
    texts: Readonly<Record<Name, Span>>,
  ) {
    this.#bytes = bytes;
    this.#start = start;
    this.end = end;
    this.time = time;
    this.#texts = texts;
  }

  /** The line that begins there; null if its end has not arrived or it has another shape, so nothing is known about it. */
  static at(bytes: Buffer, start: number): FlatLine | null {
    const texts = { log: none(), timestamp: none(), level: none(), container: none() };
    const end = readMembers(bytes, start, texts);
    const { timestamp } = texts;
    if (end === -1 || timestamp.end === 0 || timestamp.isEscaped) return null;
    const time = parseInstant(bytes.toString('utf8', timestamp.start + 1, timestamp.end - 1));
    return time === null ? null : new FlatLine(bytes, [start, end], time, texts);
  }

  get bytes(): number {
    return this.end - this.#start;
  }

  /** The same line with bytes of its own. */
  get kept(): FlatLine {
    const start = this.#start;
    const moved = ({ start: from, end, isEscaped }: Span): Span =>
      end === 0 ? none() : { start: from - start, end: end - start, isEscaped };
    const { log, timestamp, level, container } = this.#texts;
    const texts = {
      log: moved(log),
      timestamp: moved(timestamp),
      level: moved(level),
      container: moved(container),
    };
    const bytes = Buffer.from(this.#bytes.subarray(start, this.end));
    return new FlatLine(bytes, [0, bytes.length], this.time, texts);
  }

  get log(): string {
    return this.#textOf('log') ?? '';
  }

  get level(): string | null {
    return this.#textOf('level');
  }

  get container(): string | null {
    return this.#textOf('container');
  }

  #textOf(name: Name): string | null {
    const { start, end, isEscaped } = this.#texts[name];
    if (end === 0) return null;
    if (!isEscaped) return this.#bytes.toString('utf8', start + 1, end - 1);
    // The bytes were already checked to be a JSON string.
    return parseJson(this.#bytes.toString('utf8', start, end)) as string;
  }
}

/** Reads the object that begins at the index. Returns the index behind it; -1 if it has another shape. */
function readMembers(bytes: Buffer, start: number, texts: Readonly<Record<Name, Span>>): number {
  for (let at = start + 1; ; at += 1) {
    at = afterSpace(bytes, at);
    const name = nameAt(bytes, at);
    if (name === -1) return -1;
    const text = texts[NAMES[name] ?? 'log'];
    at = afterSpace(bytes, at + (QUOTED[name]?.length ?? 0));
    if (text.end !== 0 || bytes[at] !== COLON) return -1;
    text.start = afterSpace(bytes, at + 1);
    if (bytes[text.start] !== QUOTE || !readText(bytes, text)) return -1;
    at = afterSpace(bytes, text.end);
    if (bytes[at] === CLOSE) return at + 1;
    if (bytes[at] !== COMMA) return -1;
  }
}

/** Finds the end of a string; false if the bytes end first, or if it is malformed. */
function readText(bytes: Buffer, text: Span): boolean {
  const { length } = bytes;
  for (let at = text.start + 1; at < length; at += 1) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      text.end = at + 1;
      return true;
    }
    if (byte < SPACE) return false;
    if (byte !== BACKSLASH) continue;
    text.isEscaped = true;
    at += 1;
    const escaped = bytes[at] ?? 0;
    if (ESCAPED.has(escaped)) continue;
    if (escaped !== LETTER_U || !isHex(bytes, at + 1)) return false;
    at += 4;
  }
  return false;
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
  const first = bytes[at + 1];
  for (let index = 0; index < QUOTED.length; index += 1) {
    const quoted = QUOTED[index] as Buffer;
    if (quoted[1] === first && startsWith(bytes, at, quoted)) return index;
  }
  return -1;
}

function startsWith(bytes: Buffer, at: number, expected: Buffer): boolean {
  for (let index = 0; index < expected.length; index += 1) if (bytes[at + index] !== expected[index]) return false;
  return true;
}
