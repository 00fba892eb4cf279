import type { Call } from '../domain/call.ts';

/** How many logs and lists the connections of one operation read at once. Each has a page of rows in memory. */
const MOST_LISTS = 128;

/** Where no read has ended for so long, their source may not answer, and as many others begin. */
const PATIENCE_MILLISECONDS = 5_000;

/** The reads of one operation's connections. Those beyond `MOST_LISTS` begin in order, when others have ended. */
export class ReadTurns {
  #lists = 0;
  #most = MOST_LISTS;
  readonly #waiting: { readonly lists: number; readonly begin: () => void }[] = [];
  #patience: NodeJS.Timeout | null = null;

  /** A read of so many lists begins, or waits until it may. Null: it need not wait. Call `leave` at its end. */
  enter(lists: number): Promise<void> | null {
    if (lists === 0 || (this.#waiting.length === 0 && this.#hasRoomFor(lists))) {
      this.#lists += lists;
      return null;
    }
    return new Promise((resolve) => {
      this.#waiting.push({ lists, begin: resolve });
      this.#watch();
    });
  }

  leave(lists: number): void {
    this.#lists -= lists;
    this.#most = MOST_LISTS;
    this.#admit();
  }

  #admit(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || !this.#hasRoomFor(next.lists)) break;
      this.#waiting.shift();
      this.#lists += next.lists;
      next.begin();
    }
    this.#watch(true);
  }

  /** Lets more begin if none ends for a while. `isNew`: one has just ended, or begun, so that time begins anew. */
  #watch(isNew = false): void {
    if (this.#patience !== null && (isNew || this.#waiting.length === 0)) {
      clearTimeout(this.#patience);
      this.#patience = null;
    }
    if (this.#waiting.length > 0)
      this.#patience ??= setTimeout(() => {
        this.#most = this.#lists + MOST_LISTS;
        this.#admit();
      }, PATIENCE_MILLISECONDS);
  }

  /** One read may be larger than that by itself. */
  #hasRoomFor(lists: number): boolean {
    return this.#lists === 0 || this.#lists + lists <= this.#most;
  }
}

const OWNER = {};

export function readTurnsOf(call: Call): ReadTurns {
  return call.scoped(OWNER, 'turns', () => new ReadTurns());
}
