/**
 * Bytes of requests and reads that are under way, and of answers that wait until their clients have read them. All
 * operations of the process share one bound, so that clients that ask and do not read cannot fill its memory. One caller
 * may hold as much as is left for the others, so there is always room for one that holds nothing.
 */
export class HeldBytes {
  readonly #most: () => number;
  readonly #byCaller = new Map<unknown, number>();
  #total = 0;

  /** `most` is asked at each use: the limit may change. */
  constructor(most: () => number) {
    this.#most = most;
  }

  /** Bytes that are held. */
  get total(): number {
    return this.#total;
  }

  /** The share of one operation. `caller`: its name, or an object that stands for it. Null: this share is one of its own. */
  share(caller: string | object | null): HeldShare {
    const owner: unknown = caller ?? {};
    let own = 0;
    return {
      take: (bytes) => {
        const held = (this.#byCaller.get(owner) ?? 0) + bytes;
        if (held > this.#most() - this.#total - bytes) return false;
        own += bytes;
        this.#add(owner, bytes);
        return true;
      },
      give: (bytes) => {
        const given = Math.min(bytes, own);
        if (given > 0) this.#add(owner, -given);
        own -= given;
        return given;
      },
      free: () => {
        if (own > 0) this.#add(owner, -own);
        own = 0;
      },
    };
  }

  #add(owner: unknown, bytes: number): void {
    this.#total += bytes;
    const held = (this.#byCaller.get(owner) ?? 0) + bytes;
    if (held > 0) this.#byCaller.set(owner, held);
    else this.#byCaller.delete(owner);
  }
}

export interface HeldShare {
  /** False: there is no room for so many bytes more. */
  readonly take: (bytes: number) => boolean;
  /** Gives so many bytes back, or those that it has. Returns how many these are. */
  readonly give: (bytes: number) => number;
  /** The client has what was taken for it, or has left. */
  readonly free: () => void;
}
