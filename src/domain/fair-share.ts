/** Rows that a scan looks at in one go. */
export const SHARE_ROWS = 64;

/** Characters of texts that are worked on in one go. */
const SHARE_CHARACTERS = 256 * 1024;

/** How long a scan goes on in one go where rows take long. One row is never divided. */
const SHARE_MILLISECONDS = 10;

/**
 * The share of a scan in the event loop. A scan that looks at row after row in memory would keep all other requests, health
 * checks and timers waiting: it asks after each row, and rests when its share is spent.
 */
export class FairShare {
  #rows = 0;
  #characters = 0;
  #since = performance.now();

  /** A row was looked at. Is it time to rest? */
  isSpent(): boolean {
    this.#rows += 1;
    return this.#rows >= SHARE_ROWS || performance.now() - this.#since >= SHARE_MILLISECONDS;
  }

  /** A text of that length was worked on, where short ones need no rest: is it time for one? */
  isSpentOn(characters: number): boolean {
    this.#characters += characters;
    return this.#characters >= SHARE_CHARACTERS;
  }

  /** Lets everything else have its turn. */
  async rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#rows = 0;
    this.#characters = 0;
    this.#since = performance.now();
  }
}
