/**
 * A row is parsed and handled in one piece, so its size is bounded. Beyond `ROW_BYTES` of a row, texts are cut to `TEXT_BYTES`, and a row
 * that still has twice as much is replaced by a text, so that it is unreadable.
 */
export const ROW_BYTES = 4 * 1024 * 1024;

/** Ids, times and tokens behind a long text stay whole. */
export const TEXT_BYTES = 4_000;

const [QUOTE, HEX_DIGITS] = [0x22, 4];

export interface RowLimits {
  readonly rowBytes: number;
  readonly textBytes: number;
}

/** Measures the row that is being read. Places are those of the text that the row is parsed with. */
export class RowBound {
  readonly #limits: RowLimits;
  #rowStart = 0;
  #textStart = 0;
  /** Where the digits of the last escape end. */
  #escapeEnd = 0;

  constructor(limits: RowLimits) {
    this.#limits = limits;
  }

  beginRow(at: number): void {
    this.#rowStart = at;
    this.#escapeEnd = 0;
  }

  beginText(at: number): void {
    this.#textStart = at;
  }

  /** The escape `\u` has its digits behind this place. */
  digitsFollow(at: number): void {
    this.#escapeEnd = at + HEX_DIGITS;
  }

  /** From this place on, texts of the row are cut. */
  get fullAt(): number {
    return this.#rowStart + this.#limits.rowBytes;
  }

  /** True if the text may be cut before this byte: it begins a character, and is in no escape. */
  mayCut(at: number, byte: number): boolean {
    const isWithinCharacter = (byte & 0xc0) === 0x80;
    return (
      byte !== QUOTE && !isWithinCharacter && at > this.#escapeEnd && at - this.#textStart > this.#limits.textBytes
    );
  }

  /** Where the row that ends here began, if it is too large. */
  tooLarge(end: number): number | null {
    return end - this.#rowStart > 2 * this.#limits.rowBytes ? this.#rowStart : null;
  }
}
