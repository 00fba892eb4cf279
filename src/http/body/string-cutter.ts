const [QUOTE, BACKSLASH, SMALL_U] = [0x22, 0x5c, 0x75];

/** How many bytes follow the backslash and the `u` of an escape. */
const HEX_DIGITS = 4;

/** What stands where a string was cut. */
export const CUT = '…';
const MARK = Buffer.from(CUT);

/**
 * Cuts the strings of JSON to a number of bytes while the JSON passes. What comes out is JSON as long as what went in is:
 * a string ends behind a whole character.
 */
export class StringCutter {
  readonly #most: number;
  #inString = false;
  /** Bytes of the string at hand. */
  #length = 0;
  /** Bytes that still belong to an escape. */
  #escape = 0;
  #escapeBegins = false;
  #drops = false;

  constructor(most: number) {
    this.#most = most;
  }

  cut(chunk: Buffer): Buffer {
    const kept: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      const isDropped = this.#drops;
      this.#take(byte);
      if (isDropped === this.#drops) continue;
      // The byte with which the dropping begins is dropped; that with which it ends is the closing quote.
      if (this.#drops) kept.push(chunk.subarray(from, at), MARK);
      from = at;
    }
    if (!this.#drops) kept.push(chunk.subarray(from));
    return Buffer.concat(kept);
  }

  #take(byte: number): void {
    if (!this.#inString) {
      this.#inString = byte === QUOTE;
      this.#length = 0;
      return;
    }
    if (this.#escapeBegins) {
      this.#escapeBegins = false;
      this.#escape = byte === SMALL_U ? HEX_DIGITS : 0;
    } else if (this.#escape > 0) this.#escape -= 1;
    else if (byte === QUOTE) {
      this.#inString = false;
      this.#drops = false;
      return;
    } else {
      this.#drops ||= this.#length >= this.#most && !isWithinCharacter(byte);
      this.#escapeBegins = byte === BACKSLASH;
    }
    this.#length += 1;
  }
}

/** Is it one of the further bytes of a character in UTF-8? */
function isWithinCharacter(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
