import { parseJson } from '../../../../domain/json.ts';
import type { Json } from '../../../../domain/json.ts';
import { FlatLine } from './flat-line.ts';
import { TOO_LARGE } from './scanner-options.ts';
import type { ScannerOptions } from './scanner-options.ts';

/**
 * Takes a JSON object apart while its bytes arrive. Only the containers that are asked for are entered; any other
 * value is found by its brackets and quotes, and parsed as a whole, so that it is exactly what `JSON.parse` makes of
 * it however the body is cut into chunks. At most one such value is held.
 */

/** A value that goes on for so many times what is held is not passed over to its end. */
const MOST_TIMES_LARGEST = 4;

/** The bytes go on in one way for longer than any answer does. The message says in which. */
export class BeyondBounds extends Error {}

/** The bytes are not JSON. */
export class MalformedJson extends Error {}

/** What may come next. */
type State = 'root' | 'first key' | 'key' | 'colon' | 'first value' | 'value' | 'after value' | 'inside' | 'end';

interface Container {
  readonly isArray: boolean;
  index: number;
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

export class JsonScanner {
  readonly #options: ScannerOptions;
  readonly #containers: Container[] = [];
  readonly #path: (string | number)[] = [];
  #state: State = 'root';
  /** How many bytes of a byte order mark have come. */
  #mark = 0;
  /** The part of the value at hand that earlier chunks held. */
  #parts: Buffer[] = [];
  #size = 0;
  #isKey = false;
  /** Where in that value the scan is. */
  #isScalar = false;
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(options: ScannerOptions) {
    this.#options = options;
  }

  get isEnded(): boolean {
    return this.#state === 'end';
  }

  /** Has the object begun? */
  get isBegun(): boolean {
    return this.#state !== 'root';
  }

  /**
   * Takes the bytes between two indexes, and more where a value goes on. Returns the index behind them. Throws `MalformedJson`, and
   * whatever the options' functions throw.
   */
  write(chunk: Buffer, from = 0, until = chunk.length): number {
    let at = from;
    while (at < until) {
      if (this.#state === 'inside') {
        at = this.#readOn(chunk, at);
        continue;
      }
      const byte = chunk[at] ?? 0;
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at += 1;
      else at = this.#token(byte, at, chunk);
    }
    return at;
  }

  /** Takes a byte of the structure, or begins a value. Returns where to go on. */
  #token(byte: number, at: number, chunk: Buffer): number {
    switch (this.#state) {
      case 'root':
        if (byte === BYTE_ORDER_MARK[this.#mark]) this.#mark += 1;
        else if (byte === OPEN_OBJECT && this.#mark % 3 === 0) this.#open(false);
        else throw new MalformedJson();
        return at + 1;
      case 'first key':
        if (byte === CLOSE_OBJECT) return this.#close(at);
        return this.#beginKey(byte, at);
      case 'key':
        return this.#beginKey(byte, at);
      case 'colon':
        if (byte !== COLON) throw new MalformedJson();
        this.#state = 'value';
        return at + 1;
      case 'first value':
        if (byte === CLOSE_ARRAY) return this.#close(at);
        return this.#beginValue(byte, at, chunk);
      case 'value':
        return this.#beginValue(byte, at, chunk);
      case 'after value':
        return this.#goOn(byte, at);
      default:
        throw new MalformedJson();
    }
  }

  #beginKey(byte: number, at: number): number {
    if (byte !== QUOTE) throw new MalformedJson();
    this.#begin(byte, true);
    return at;
  }

  #beginValue(byte: number, at: number, chunk: Buffer): number {
    const top = this.#containers.at(-1);
    if (top?.isArray === true) this.#path[this.#path.length - 1] = top.index;
    const isArray = byte === OPEN_ARRAY;
    if (!isArray && byte !== OPEN_OBJECT) {
      if (byte === COMMA || byte === COLON || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) throw new MalformedJson();
    } else if (this.#options.enters(this.#path, isArray ? 'array' : 'object')) {
      this.#open(isArray);
      return at + 1;
    } else if (!isArray) {
      const line = this.#lineAt(chunk, at);
      if (line !== null) return line.end;
    }
    this.#begin(byte, false);
    return at;
  }

  /** Gives out the line that begins there; null: it is not all here, or not of the usual shape. */
  #lineAt(chunk: Buffer, at: number): FlatLine | null {
    const options = this.#options;
    if (options.mayBeLine?.(this.#path) !== true) return null;
    const line = FlatLine.at(chunk, at);
    if (line === null || line.end - at > options.bounds.lineBytes) return null;
    this.#state = 'after value';
    options.onLine?.(this.#path, line);
    return line;
  }

  #begin(byte: number, isKey: boolean): void {
    this.#isKey = isKey;
    this.#isScalar = byte !== QUOTE && byte !== OPEN_OBJECT && byte !== OPEN_ARRAY;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#size = 0;
    this.#state = 'inside';
  }

  #open(isArray: boolean): void {
    this.#containers.push({ isArray, index: 0 });
    this.#path.push(isArray ? 0 : '');
    this.#state = isArray ? 'first value' : 'first key';
  }

  #close(at: number): number {
    this.#containers.pop();
    this.#path.pop();
    this.#options.onEnd(this.#path);
    this.#state = this.#containers.length === 0 ? 'end' : 'after value';
    return at + 1;
  }

  #goOn(byte: number, at: number): number {
    const top = this.#containers.at(-1);
    if (top === undefined) throw new MalformedJson();
    if (byte === COMMA) {
      top.index += 1;
      const { members } = this.#options.bounds;
      if (!top.isArray && top.index >= members) throw new BeyondBounds(`an object has over ${members} members`);
      this.#state = top.isArray ? 'value' : 'key';
      return at + 1;
    }
    if (byte !== (top.isArray ? CLOSE_ARRAY : CLOSE_OBJECT)) throw new MalformedJson();
    return this.#close(at);
  }

  /** Reads on in the key or value at hand; at its end it is given out. Returns where to go on. */
  #readOn(chunk: Buffer, from: number): number {
    const end = this.#isScalar ? endOfScalar(chunk, from) : this.#endOfNested(chunk, from);
    const till = end === -1 ? chunk.length : end;
    this.#size += till - from;
    const { lineBytes: largest, keyBytes, levels } = this.#options.bounds;
    if (this.#isKey && this.#size > keyBytes) throw new BeyondBounds('a key is too long');
    if (this.#size > largest * MOST_TIMES_LARGEST) throw new BeyondBounds('one value does not end');
    if (this.#depth > levels) throw new BeyondBounds(`a value has over ${levels} levels`);
    if (this.#size > largest) this.#parts = [];
    // A copy where it is kept: a part must not keep the chunk alive, nor change with it.
    else this.#parts.push(end === -1 ? Buffer.from(chunk.subarray(from, till)) : chunk.subarray(from, till));
    if (end !== -1) this.#give();
    return till;
  }

  #give(): void {
    const [first] = this.#parts;
    const bytes = first !== undefined && this.#parts.length === 1 ? first : Buffer.concat(this.#parts);
    this.#parts = [];
    const value = this.#size > this.#options.bounds.lineBytes ? TOO_LARGE : parse(bytes);
    if (!this.#isKey) {
      this.#state = 'after value';
      this.#options.onValue(this.#path, value);
      return;
    }
    if (typeof value !== 'string') throw new MalformedJson();
    this.#path[this.#path.length - 1] = value;
    this.#state = 'colon';
  }

  /** The index behind the string, object or array at hand; -1 where the chunk ends before. */
  #endOfNested(chunk: Buffer, from: number): number {
    let [depth, inString, escaped] = [this.#depth, this.#inString, this.#escaped];
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (escaped) escaped = false;
      else if (byte === QUOTE) inString = !inString;
      else if (inString) escaped = byte === BACKSLASH;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth -= 1;
      if (depth === 0 && !inString) return at + 1;
    }
    [this.#depth, this.#inString, this.#escaped] = [depth, inString, escaped];
    return -1;
  }
}

function endOfScalar(chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at += 1) {
    const byte = chunk[at] ?? 0;
    if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || byte <= 0x20) return at;
  }
  return -1;
}

/** The bytes as JSON. What is no UTF-8 becomes U+FFFD; a U+FEFF is a character like any other. */
function parse(bytes: Buffer): Json {
  try {
    return parseJson(bytes.toString('utf8'));
  } catch {
    throw new MalformedJson();
  }
}
