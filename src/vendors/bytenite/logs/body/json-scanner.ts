import { parseJson } from '../../../../domain/json.ts';
import type { Json } from '../../../../domain/json.ts';
import { withFewValues } from '../../../../http/body/value-bound.ts';
import { FlatLineReader } from './flat-line.ts';
import { TOO_LARGE } from './scanner-options.ts';
import type { ScannerOptions } from './scanner-options.ts';

/**
 * Takes a JSON object apart while its bytes arrive. It enters only the requested containers. The end of any other value
 * is found by brackets and quotes, and `JSON.parse` parses the value as a whole, so chunk borders make no difference. At
 * most one such value is in memory.
 */

/** A value of more than this many times the most that is held in memory fails the body; a shorter one is skipped. */
const MOST_TIMES_LARGEST = 16;

/** A part of the body exceeds a limit. The message says which. */
export class BeyondBounds extends Error {}

/** The bytes are not JSON. */
export class MalformedJson extends Error {}

/** What the scanner expects next. */
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
  readonly #lines = new FlatLineReader();

  constructor(options: ScannerOptions) {
    this.#options = options;
  }

  get isEnded(): boolean {
    return this.#state === 'end';
  }

  /** True once the object has begun. */
  get isBegun(): boolean {
    return this.#state !== 'root';
  }

  /** Bytes of the value at hand that are kept until it ends. */
  readonly keptBytes = (): number => (this.#parts.length === 0 ? 0 : this.#size);

  /**
   * Scans the bytes between two indexes, and further while a value continues. Returns the index behind them. Throws
   * `MalformedJson`, and whatever the options' functions throw.
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

  /** Scans one byte of structure, or begins a value. Returns the next index. */
  #token(byte: number, at: number, chunk: Buffer): number {
    switch (this.#state) {
      case 'root':
        if (byte === BYTE_ORDER_MARK[this.#mark]) this.#mark += 1;
        else if (byte === OPEN_OBJECT && this.#mark % 3 === 0) return this.#open(false, at);
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
    } else {
      const end = isArray ? -1 : this.#readLine(chunk, at);
      if (end !== -1) return end;
      const isEntered = this.#options.enters(this.#path, isArray ? 'array' : 'object');
      if (isEntered) return this.#open(isArray, at);
    }
    this.#begin(byte, false);
    return at;
  }

  /** Gives out the line that begins there, and returns the index behind it; -1: it is not all here, or not of the usual shape. */
  #readLine(chunk: Buffer, at: number): number {
    const options = this.#options;
    const line = options.mayBeLine?.(this.#path) === true ? this.#lines.read(chunk, at) : null;
    if (line === null || line.bytes > options.bounds.lineBytes) return -1;
    this.#state = 'after value';
    options.onLine?.(this.#path, line);
    return line.end;
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

  #open(isArray: boolean, at: number): number {
    this.#containers.push({ isArray, index: 0 });
    this.#path.push(isArray ? 0 : '');
    this.#state = isArray ? 'first value' : 'first key';
    return at + 1;
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
    const { members } = this.#options.bounds;
    if (top === undefined) throw new MalformedJson();
    if (byte === COMMA) {
      top.index += 1;
      if (!top.isArray && top.index >= members) throw new BeyondBounds(`an object has over ${members} members`);
      this.#state = top.isArray ? 'value' : 'key';
      return at + 1;
    }
    if (byte !== (top.isArray ? CLOSE_ARRAY : CLOSE_OBJECT)) throw new MalformedJson();
    return this.#close(at);
  }

  /** Continues the current key or value, and passes it on at its end. Returns the next index. */
  #readOn(chunk: Buffer, from: number): number {
    const end = this.#isScalar ? endOfScalar(chunk, from) : this.#endOfNested(chunk, from);
    const till = end === -1 ? chunk.length : end;
    this.#size += till - from;
    const { lineBytes: largest, keyBytes, levels } = this.#options.bounds;
    if (this.#isKey && this.#size > keyBytes) throw new BeyondBounds('a key is too long');
    if (this.#size > largest * MOST_TIMES_LARGEST) throw new BeyondBounds('one value does not end');
    if (this.#depth > levels) throw new BeyondBounds(`a value has over ${levels} levels`);
    if (this.#size > largest) this.#parts = [];
    // Copied, because a kept part must not keep the chunk in memory or change with it.
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

  /** The index behind the current string, object or array; -1 if the chunk ends first. */
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

/** Parses the bytes as JSON. Bytes that are not UTF-8 become U+FFFD. U+FEFF is kept like any other character. */
function parse(bytes: Buffer): Json {
  try {
    return parseJson(withFewValues(bytes).toString('utf8'));
  } catch {
    throw new MalformedJson();
  }
}
