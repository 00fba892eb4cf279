/** A page that has come. */
interface CappedPage {
  readonly rows: readonly unknown[];
  /** How many rows it was asked for. */
  readonly asked: number;
  readonly more: boolean | null;
}

/**
 * To how many rows a source cuts its pages down: one for all reads of the source. The source may not announce it, and may
 * claim on each page that nothing follows. Once the source's word or its count shows that a page shorter than asked for was
 * not the last, pages of that length are no longer taken for the last.
 */
export class PageCap {
  #longest = 0;
  #isCut = false;
  #deniesMore = false;

  /** Null: nothing shows that it does. */
  get cut(): number | null {
    return this.#isCut ? this.#longest : null;
  }

  /** How many rows the longest page has had. */
  get longest(): number {
    return this.#longest;
  }

  /** Has the source said of a page that nothing follows, although something did, and of none since then that more follows? */
  get deniesMore(): boolean {
    return this.#deniesMore;
  }

  /** A page came. Does more follow, as far as the source says? */
  saw({ rows: { length }, asked, more }: CappedPage, goesOn: boolean): void {
    this.#longest = Math.max(this.#longest, length);
    if (goesOn && length > 0 && length < asked) this.#isCut = true;
    if (more === true && length > 0) this.#deniesMore = false;
  }

  /** Rows have come that lie behind those of the page. */
  goesOnBehind({ rows: { length }, asked, more }: CappedPage): void {
    if (length < asked) this.#isCut = true;
    if (more === false) this.#deniesMore = true;
  }
}
