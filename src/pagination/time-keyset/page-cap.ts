/**
 * To how many rows a source cuts its pages down: one for all reads of the source. The source may not announce it, and may
 * claim on each page that nothing follows. Once the source's word or its count shows that a page shorter than asked for was
 * not the last, pages of that length are no longer taken for the last.
 */
export class PageCap {
  #longest = 0;
  #isCut = false;

  /** Null: nothing shows that it does. */
  get cut(): number | null {
    return this.#isCut ? this.#longest : null;
  }

  /** A page came for which so many rows were asked. Does more follow, as far as the source says? */
  saw(length: number, asked: number, goesOn: boolean): void {
    this.#longest = Math.max(this.#longest, length);
    if (goesOn && length > 0 && length < asked) this.#isCut = true;
  }
}
