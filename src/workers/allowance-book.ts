import { LRUCache } from 'lru-cache';
import { atMost } from '../domain/at-most.ts';
import type { TributaryError } from '../domain/errors.ts';
import type { Permission, SourcePause } from '../http/policy/allowance.ts';
import type { RateWindowSize } from '../http/policy/rate-window.ts';

/** Most credentials whose limits are remembered. The least recently used are forgotten first. */
const MOST_NAMES = 20_000;

/** A start further ahead than this is not promised: the caller may have left by then. */
const FARTHEST_START_MILLISECONDS = 1_000;

/** While one call tries a refused credential, the others leave it alone for this long or until the vendor accepts it. */
const TRIAL_MILLISECONDS = 30_000;

interface SourceAllowance {
  /** Starts within the window, the oldest first. */
  readonly starts: number[];
  pausedUntil: number;
  code: TributaryError['code'];
  /** When the credential may be tried again; null: it was not refused. */
  refusedUntil: number | null;
  /** When the refusal is forgotten, tried or not. */
  refusalEnds: number;
}

/** What the workers share about a source's limits. Names are hidden names. Times are in milliseconds of one clock. */
export class AllowanceBook {
  readonly #now: () => number;
  readonly #entries = new LRUCache<string, SourceAllowance>(atMost(MOST_NAMES));

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The same as the script for Redis: see `src/redis/allowance-scripts.ts`. */
  ask(name: string, wanted: number, window: RateWindowSize | null): Permission {
    const now = this.#now();
    const entry = this.#of(name);
    const pause = entry.pausedUntil > now ? { milliseconds: entry.pausedUntil - now, code: entry.code } : null;
    const refusedMilliseconds = refusal(entry, now, pause !== null);
    if (window === null || pause !== null || (refusedMilliseconds ?? 0) > 0) {
      return { count: wanted, waitMilliseconds: 0, pause, refusedMilliseconds };
    }
    return { ...begin(entry.starts, wanted, window, now), pause, refusedMilliseconds };
  }

  /** A pause is never shortened. */
  pause(name: string, { milliseconds, code }: SourcePause): void {
    const until = this.#now() + milliseconds;
    const entry = this.#of(name);
    if (entry.pausedUntil < until) Object.assign(entry, { pausedUntil: until, code });
  }

  refuse(name: string, milliseconds: number): void {
    const now = this.#now();
    Object.assign(this.#of(name), { refusedUntil: now + milliseconds, refusalEnds: now + 2 * milliseconds });
  }

  accept(name: string): void {
    this.#of(name).refusedUntil = null;
  }

  /** For how long a call has to ask, beside its rate; 0: nothing is known that it would be told. */
  knownFor(name: string): number {
    const entry = this.#entries.peek(name);
    if (entry === undefined) return 0;
    const refused = entry.refusedUntil === null ? 0 : entry.refusalEnds;
    return Math.max(0, Math.max(entry.pausedUntil, refused) - this.#now());
  }

  names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  #of(name: string): SourceAllowance {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const entry: SourceAllowance = {
      starts: [],
      pausedUntil: -Infinity,
      code: 'SOURCE_RATE_LIMITED',
      refusedUntil: null,
      refusalEnds: 0,
    };
    this.#entries.set(name, entry);
    return entry;
  }
}

/** How long the credential must not be used; 0: this call tries it; null: it was not refused. */
function refusal(entry: SourceAllowance, now: number, isPaused: boolean): number | null {
  if (entry.refusedUntil === null || entry.refusalEnds <= now) return null;
  const left = Math.max(0, entry.refusedUntil - now);
  if (left === 0 && !isPaused) {
    entry.refusedUntil = now + TRIAL_MILLISECONDS;
    entry.refusalEnds = now + 2 * TRIAL_MILLISECONDS;
  }
  return left;
}

/** Counts starts that are free at the same time, as many as are wanted. */
function begin(
  starts: number[],
  wanted: number,
  { starts: size, milliseconds: width }: RateWindowSize,
  now: number,
): Pick<Permission, 'count' | 'waitMilliseconds'> {
  starts.splice(0, starts.length - size);
  const freeAt = (): number =>
    starts.length < size ? now : Math.max(now, (starts[starts.length - size] ?? now) + width);
  const at = freeAt();
  if (at > now + FARTHEST_START_MILLISECONDS) {
    return { count: 0, waitMilliseconds: Math.ceil(at - FARTHEST_START_MILLISECONDS - now) };
  }
  let count = 0;
  while (count < wanted && freeAt() <= at) {
    starts.push(at);
    starts.splice(0, starts.length - size);
    count += 1;
  }
  return { count, waitMilliseconds: Math.ceil(at - now) };
}
