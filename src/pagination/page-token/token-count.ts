/** What of a page is looked at. */
interface CountedPage {
  readonly rows: readonly unknown[];
  readonly next: string | null;
  readonly isNextSaid?: boolean | undefined;
  readonly total: number | null;
}

/** What the vendor counts, as long as no page shows that it is wrong. */
export class TokenCount {
  #isWrong = false;
  #total: number | null | undefined;

  /** Undefined until a page was read. */
  get total(): number | null | undefined {
    return this.#total;
  }

  /** The total that a page with so many rows before it gives, checked against the page. */
  see({ rows, next, total, isNextSaid = true }: CountedPage, before: number): number | null {
    const end = before + rows.length;
    // A page past the end says 0, whatever there is.
    // Behind pages before it, a page at which the count ends is not counted alone.
    const isDoubted = total === end && next !== null && (isNextSaid || before === 0);
    if (rows.length > 0 && total !== null && (total < end || isDoubted)) this.#isWrong = true;
    const checked = this.#isWrong ? null : total;
    if (rows.length > 0 || before === 0) this.#total = checked;
    return checked;
  }
}
