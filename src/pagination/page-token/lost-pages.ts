/** The parts of a page that show whether others have lost their rows. */
interface SeenPage {
  readonly rows: readonly unknown[];
  readonly next: string | null;
  readonly isNextSaid?: boolean | undefined;
}

/** Looks at another page of the list: true if it has rows. */
type HasRows = (index: number) => Promise<boolean>;

/**
 * Tells a page that has lost its rows from one behind the end of its list. Both are empty. Such a page is suspect if a page behind it has
 * rows, if the list counts rows there, or, where nothing is counted, if it is named or names another. Only a suspect page costs calls.
 */
export class LostPages {
  /** The furthest page that has shown rows. */
  #furthest = 0;
  /** The furthest page that another one has named. */
  #named = 0;
  #isCountWrong = false;
  readonly #lost = new Set<number>();

  saw(index: number, { rows, next, isNextSaid }: SeenPage): void {
    if (rows.length > 0) {
      this.#furthest = Math.max(this.#furthest, index);
      this.#lost.delete(index);
    }
    if (next !== null && isNextSaid !== false) this.#named = Math.max(this.#named, index + 1);
  }

  /** True if a page behind it has shown rows. */
  isPassed(index: number): boolean {
    return index < this.#furthest;
  }

  /** True if the page was empty when it was read for the second time. */
  isKnown(index: number): boolean {
    return this.#lost.has(index);
  }

  note(index: number): void {
    this.#lost.add(index);
  }

  /** `last`: the last page by the count. Null: the list counts nothing. */
  isSuspect(index: number, last: number | null, page?: SeenPage): boolean {
    if (this.isPassed(index)) return true;
    if (last !== null) return last >= index && !this.#isCountWrong;
    const isNaming = page !== undefined && page.next !== null && page.isNextSaid !== false;
    return index > 0 && (index <= this.#named || isNaming);
  }

  /**
   * True if rows follow a suspect page that is empty. The next page and the last one by the count are looked at. If they are empty
   * as well, the count is wrong.
   */
  async haveRowsBehind(index: number, last: number | null, hasRows: HasRows): Promise<boolean> {
    if (this.isPassed(index)) return true;
    if ((last ?? Infinity) > index && (await hasRows(index + 1))) return true;
    if (last === null) return false;
    if (last > index + 1 && (await hasRows(last))) return true;
    this.#isCountWrong = true;
    return false;
  }
}
