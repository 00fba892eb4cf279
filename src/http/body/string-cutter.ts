const [QUOTE, BACKSLASH, SMALL_U] = [0x22, 0x5c, 0x75];

/** Hex digits after `\u` in an escape. */
const HEX_DIGITS = 4;

/** Marks the place where a string was cut. */
export const CUT = '…';
const MARK = Buffer.from(CUT);

/**
 * Cuts long strings in a stream of JSON to about `most` bytes. Valid JSON stays valid, because a cut never splits a
 * character or an escape.
 */
export class StringCutter {
  #most: number;
  #inString = false;
  /** Bytes of the current string so far. */
  #length = 0;
  /** Bytes of the current escape still to come. */
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
      // Dropping starts with this byte, or ends before it: then it is the closing quote.
      if (this.#drops) kept.push(chunk.subarray(from, at), MARK);
      from = at;
    }
    if (!this.#drops) kept.push(chunk.subarray(from));
    return Buffer.concat(kept);
  }

  /** This cutter from now on with the length of `shorter`, which has cut the same strings again. */
  shortenedAs(shorter: StringCutter): this {
    this.#most = shorter.#most;
    this.#drops = shorter.#drops;
    return this;
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

/** True for a continuation byte of UTF-8. */
function isWithinCharacter(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
