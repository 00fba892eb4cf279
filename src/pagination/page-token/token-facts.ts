/** What pages have shown of one log that is paged with tokens, for all reads of it. */
export class TokenFacts {
  /** True if a smaller page was inconsistent. Then the log is read only in pages of the largest size. */
  isUneven = false;
  /** The last known number of rows in the log; its end should be near. Null: unknown. */
  rowsInAll: number | null = null;
  /** The length of the longest page that named no next page although rows followed. Null: none is known. */
  unnamedBehind: number | null = null;
  /** A token from the vendor, the model for spelling the tokens of other pages. */
  tokenLike: string | null = null;
  /** True once a page was seen to begin where the one before it was cut. */
  beginsAtCut = false;
}

/** The parts of a page that are checked. */
interface CountedPage {
  readonly rows: readonly unknown[];
  readonly next: string | null;
  readonly isNextSaid?: boolean | undefined;
  readonly total: number | null;
}

/** The vendor's count, until a page shows that it is wrong. */
export class TokenCount {
  #isWrong = false;
  #total: number | null | undefined;

  /** Undefined until a page was read. */
  get total(): number | null | undefined {
    return this.#total;
  }

  /** The total that a page states, checked against the page. `before`: the number of rows before it. */
  see({ rows, next, total, isNextSaid = true }: CountedPage, before: number): number | null {
    const end = before + rows.length;
    // A page past the end may count 0, so empty pages are not checked. A count that includes earlier pages is not the
    // count of this page alone.
    const isDoubted = total === end && next !== null && (isNextSaid || before === 0);
    if (rows.length > 0 && total !== null && (total < end || isDoubted)) this.#isWrong = true;
    const checked = this.#isWrong ? null : total;
    if (rows.length > 0 || before === 0) this.#total = checked;
    return checked;
  }
}

/** The vendor refused a token, or no token can be made for a page. The cause, if any, is the vendor's answer. */
export class TokenRefused extends Error {}
