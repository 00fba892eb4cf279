/** What of a page is looked at. */
interface CountedPage {
  readonly rows: readonly unknown[];
  readonly next: string | null;
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
  see({ rows, next, total }: CountedPage, before: number): number | null {
    const end = before + rows.length;
    // A page past the end says 0, whatever there is.
    if (rows.length > 0 && total !== null && (total < end || (total === end && next !== null))) this.#isWrong = true;
    const checked = this.#isWrong ? null : total;
    if (rows.length > 0 || before === 0) this.#total = checked;
    return checked;
  }
}
