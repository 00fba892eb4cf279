/** A service whose workers die more often than this within a minute ends. */
const MOST_DEATHS = 10;
const MEMORY_MILLISECONDS = 60_000;

/** The pause before a worker is replaced doubles with each death within that minute. */
const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 5_000;

/** Bounds how often workers are replaced. */
export class Deaths {
  readonly #now: () => number;
  #times: readonly number[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A worker has died. Returns the pause before it is replaced, in milliseconds; null: it is not replaced any more. */
  add(): number | null {
    const now = this.#now();
    this.#times = [...this.#times.filter((time) => time > now - MEMORY_MILLISECONDS), now];
    if (this.#times.length > MOST_DEATHS) return null;
    return Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** (this.#times.length - 1), LONGEST_PAUSE_MILLISECONDS);
  }
}
