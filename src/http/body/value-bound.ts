/**
 * Most values in one object or list of an answer, with all that is within it. The work for a value takes about a microsecond, so one
 * row of a few megabytes could block the process for seconds.
 */
const MOST_VALUES = 20_000;

/** Replaces an object or a list with too many values. */
const TOO_MANY = Buffer.from('"… (too many values)"');
const TOO_LARGE = Buffer.from('"… (too large)"');

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly mark: Buffer;
}

interface Open {
  readonly start: number;
  values: number;
}

/** Counts the values in the objects and lists of a JSON text while it is scanned, and cuts out those with too many. */
export class ValueBound {
  readonly #most: number;
  readonly #open: Open[] = [];
  /** From an opening bracket to behind its closing one, in order, none within another. */
  #cuts: Cut[] = [];

  constructor(most = MOST_VALUES) {
    this.#most = most;
  }

  /** A bracket opens at this place of the text. */
  open(start: number): void {
    this.#open.push({ start, values: 0 });
  }

  /** A comma: another value follows in the innermost object or list. */
  comma(): void {
    const innermost = this.#open.at(-1);
    if (innermost !== undefined) innermost.values += 1;
  }

  /** The innermost bracket closes before this place. */
  close(end: number): void {
    const closed = this.#open.pop();
    if (closed === undefined) return;
    const { start, values } = closed;
    const isCut = values > this.#most;
    if (isCut) this.#replace(start, end, TOO_MANY);
    const around = this.#open.at(-1);
    if (around !== undefined) around.values += isCut ? 1 : values + 1;
  }

  /** Replaces a whole value, which is too large. */
  replace(start: number, end: number): void {
    this.#replace(start, end, TOO_LARGE);
  }

  #replace(start: number, end: number, mark: Buffer): void {
    this.#cuts = this.#cuts.filter((cut) => cut.start < start);
    this.#cuts.push({ start, end, mark });
  }

  /** The text without what is cut out. The next text begins at place 0. */
  cut(text: Buffer): Buffer {
    if (this.#cuts.length === 0) return text;
    const parts: Buffer[] = [];
    let from = 0;
    for (const { start, end, mark } of this.#cuts) {
      parts.push(text.subarray(from, start), mark);
      from = end;
    }
    parts.push(text.subarray(from));
    this.#cuts = [];
    return Buffer.concat(parts);
  }
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** A shorter text cannot have so many values that they take long. */
const SHORT_BYTES = 256 * 1024;

/** A JSON text of one value, without the objects and lists in it that have too many values. */
export function withFewValues(text: Buffer, most?: number): Buffer {
  if (text.length <= SHORT_BYTES && most === undefined) return text;
  const bound = new ValueBound(most);
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) at = endOfText(text, at);
    else if (byte === COMMA) bound.comma();
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) bound.open(at);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) bound.close(at + 1);
  }
  return bound.cut(text);
}

/** The index of the quote that ends the string. */
function endOfText(text: Buffer, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === BACKSLASH) at += 1;
    else if (text[at] === QUOTE) return at;
  }
  return text.length;
}
