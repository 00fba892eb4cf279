import type { Asker } from '../../domain/call.ts';
import type { Claim } from './caller.ts';

/** A source with fewer places keeps none free: each is a large part of them. */
const LEAST_WITH_SPARE = 4;

/** Places that callers who hold one already leave free. */
const SPARE = 1;

/** Calls that take longer make others wait for a place for long. */
const SLOW_MILLISECONDS = 1_000;

/** How fast a slow call is forgotten, for each call that ends after it. */
const MEMORY = 0.8;

interface Taken {
  readonly owner: string | Asker;
  readonly since: number;
}

/**
 * The places of a source: calls that run at once. While calls of the source are slow, or none has ended yet, the last free place is for
 * a query of a caller that holds none, so that one caller with many slow calls does not keep all others waiting.
 */
export class Places {
  readonly #count: number;
  /** The oldest call comes first. */
  readonly #taken = new Set<Taken>();
  readonly #byOwner = new Map<string | Asker, number>();
  /** How long calls have taken lately, the slowest of them. Null: none has ended. */
  #milliseconds: number | null = null;

  constructor(count: number) {
    this.#count = count;
  }

  get taken(): number {
    return this.#taken.size;
  }

  get free(): number {
    return this.#count - this.#taken.size;
  }

  /** True if a call with this claim may take a place. */
  admits({ asker, priority }: Claim, now: number): boolean {
    if (this.free > SPARE || this.#count < LEAST_WITH_SPARE) return this.free > 0;
    if (this.free === 0) return false;
    return !this.#isSlow(now) || (priority === 'interactive' && !this.#byOwner.has(ownerOf(asker)));
  }

  /** Whether a query of an operation may take a place. */
  queriesAt(now: number): (asker: Asker) => boolean {
    return (asker) => this.admits({ asker, priority: 'interactive' }, now);
  }

  /** Takes a place. Returns a function that gives it back once. */
  take(asker: Asker, now: () => number): () => void {
    const owner = ownerOf(asker);
    const taken: Taken = { owner, since: now() };
    this.#taken.add(taken);
    this.#byOwner.set(owner, (this.#byOwner.get(owner) ?? 0) + 1);
    return () => {
      if (!this.#taken.delete(taken)) return;
      const left = (this.#byOwner.get(owner) ?? 0) - 1;
      if (left > 0) this.#byOwner.set(owner, left);
      else this.#byOwner.delete(owner);
      this.#milliseconds = Math.max(now() - taken.since, (this.#milliseconds ?? 0) * MEMORY);
    };
  }

  #isSlow(now: number): boolean {
    if (this.#milliseconds === null || this.#milliseconds > SLOW_MILLISECONDS) return true;
    for (const { since } of this.#taken) return now - since > SLOW_MILLISECONDS;
    return false;
  }
}

/** An operation without a caller counts as a caller of its own. */
function ownerOf(asker: Asker): string | Asker {
  return asker.caller ?? asker;
}
