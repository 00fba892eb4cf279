/** A page that was read. */
interface CappedPage {
  readonly rows: readonly unknown[];
  /** The number of rows requested. */
  readonly asked: number;
  readonly more: boolean | null;
}

/**
 * The length to which a source cuts its pages, shared by all reads of the source. The source may cut silently and may
 * claim on each page that nothing follows. Once a flag or a count shows that a shorter page than requested was not the
 * last, pages of that length no longer count as the last.
 */
export class PageCap {
  #longest = 0;
  #isCut = false;
  #deniesMore = false;

  /** The length to which pages are cut. Null: nothing shows that they are. */
  get cut(): number | null {
    return this.#isCut ? this.#longest : null;
  }

  /** The length of the longest page so far. */
  get longest(): number {
    return this.#longest;
  }

  /**
   * True if the source has claimed that nothing follows a page although rows did, and has not stated since then that
   * more follows.
   */
  get deniesMore(): boolean {
    return this.#deniesMore;
  }

  /** Records a page. `goesOn`: the source states that more rows follow. */
  saw({ rows: { length }, asked, more }: CappedPage, goesOn: boolean): void {
    this.#longest = Math.max(this.#longest, length);
    if (goesOn && length > 0 && length < asked) this.#isCut = true;
    if (more === true && length > 0) this.#deniesMore = false;
  }

  /** Records that rows after those of the page exist. */
  goesOnBehind({ rows: { length }, asked, more }: CappedPage): void {
    if (length < asked) this.#isCut = true;
    if (more === false) this.#deniesMore = true;
  }
}
