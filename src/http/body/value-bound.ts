/**
 * Most values in one object or list of an answer, with all that is within it. The work for a value takes about a microsecond, so one
 * row of a few megabytes could block the process for seconds.
 */
const MOST_VALUES = 20_000;

/** Replaces an object or a list with too many values. */
const TOO_MANY = Buffer.from('"… (too many values)"');

interface Open {
  readonly start: number;
  values: number;
}

/** Counts the values in the objects and lists of a JSON text while it is scanned, and cuts out those with too many. */
export class ValueBound {
  readonly #most: number;
  readonly #open: Open[] = [];
  /** From an opening bracket to behind its closing one, in order, none within another. */
  #cuts: { readonly start: number; readonly end: number }[] = [];

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
    if (isCut) {
      this.#cuts = this.#cuts.filter((cut) => cut.start < start);
      this.#cuts.push({ start, end });
    }
    const around = this.#open.at(-1);
    if (around !== undefined) around.values += isCut ? 1 : values + 1;
  }

  /** The text without what is cut out. The next text begins at place 0. */
  cut(text: Buffer): Buffer {
    if (this.#cuts.length === 0) return text;
    const parts: Buffer[] = [];
    let from = 0;
    for (const { start, end } of this.#cuts) {
      parts.push(text.subarray(from, start), TOO_MANY);
      from = end;
    }
    parts.push(text.subarray(from));
    this.#cuts = [];
    return Buffer.concat(parts);
  }
}
