import { createHash } from 'node:crypto';
import { invalidCursor } from '../../../cursor/codec.ts';
import type { ConnectionCursors } from '../../../cursor/codec.ts';
import type { CursorState, MergedPosition } from '../../../cursor/position.ts';

/**
 * What a subscriber has received. Lines do not arrive in order, so one position is not enough: everything up to `place`
 * is settled, and after it the lines in `names` have been delivered.
 */
export interface TailState {
  readonly place: CursorState;
  /** Digests of lines. */
  readonly names: readonly string[];
  /** The instant of the latest line that has been delivered; a line before it is late. Null: the instant of `place`. */
  readonly furthest: bigint | null;
  /** True if lines without a name may have been delivered, too: lines up to `furthest` may be repeated. */
  readonly mayRepeat: boolean;
}

/** Digests in a row, of 8 characters each. */
const NAMES = /[\w-]{8}/g;

/** Represents a line in a cursor. 48 bits are enough to tell apart the lines that one cursor names. */
export function lineDigest(source: string, job: string, partition: string, time: bigint, tie: string): string {
  const name = JSON.stringify([source, job, partition, String(time), tie]);
  return createHash('sha256').update(name).digest().subarray(0, 6).toString('base64url');
}

const TAIL_MARK = 'tail';

export function encodeTailState(cursors: ConnectionCursors, state: TailState): string {
  const { names, furthest, mayRepeat } = state;
  // Hints are left out: one would take as much room as the position that it locates.
  const place = { ...state.place, marks: state.place.marks.filter(({ at }) => at !== undefined) };
  const inner = cursors.encode(place);
  if (names.length === 0 && !mayRepeat) return inner;
  return cursors.seal([TAIL_MARK, inner, names.join(''), furthest === null ? null : String(furthest), mayRepeat]);
}

/** Accepts a cursor of this stream, or one of a log connection of the same jobs and filter. */
export function decodeTailState(cursors: ConnectionCursors, cursor: string): TailState {
  const payload = cursors.open(cursor);
  if (!Array.isArray(payload) || payload[0] !== TAIL_MARK) {
    return { place: cursors.decode(cursor), names: [], furthest: null, mayRepeat: false };
  }
  const [, inner, names, furthest = null, mayRepeat = false] = payload as unknown[];
  if (typeof inner !== 'string' || typeof names !== 'string') throw invalidCursor();
  return {
    place: cursors.decode(inner),
    names: names.match(NAMES) ?? [],
    // The seal proves that we wrote it.
    furthest: typeof furthest === 'string' ? BigInt(furthest) : null,
    mayRepeat: mayRepeat === true,
  };
}

/** What the cursor of a resumed subscription records. Its names are matched to lines when those are read again. */
export class Resumed {
  /** Null: the subscription does not resume. */
  readonly place: CursorState | null;
  /** True if the cursor names lines that were delivered after `place`. */
  readonly hasNames: boolean;
  readonly #names: Set<string>;
  /** The instant of the latest line that had been delivered. */
  readonly furthest: bigint | null;
  #repeatsUpTo: bigint | null;

  constructor(state: TailState | null) {
    this.place = state?.place ?? null;
    this.#names = new Set(state?.names);
    this.hasNames = this.#names.size > 0;
    this.furthest = state?.furthest ?? null;
    this.#repeatsUpTo = state?.mayRepeat === true ? this.furthest : null;
  }

  /** True if an arriving line had been delivered. Forgets its name, which is no longer needed. */
  recognises({ digest }: { readonly digest: string }): boolean {
    return this.#names.delete(digest);
  }

  /** True if this line, which is about to be delivered, may have been delivered before. */
  mayRepeat({ position }: { readonly position: MergedPosition }): boolean {
    return this.#repeatsUpTo !== null && position.time <= this.#repeatsUpTo;
  }

  /** Lines up to this instant may have been delivered, too. */
  repeatUpTo(instant: bigint): void {
    if (this.#repeatsUpTo === null || instant > this.#repeatsUpTo) this.#repeatsUpTo = instant;
  }

  /** Names of lines that have not been met yet; none once all jobs are past the latest of them. */
  names(starts: readonly bigint[]): readonly string[] {
    const { furthest } = this;
    if (furthest !== null && starts.every((start) => start > furthest)) this.#names.clear();
    return [...this.#names];
  }

  /** True if lines after these instants may be repeats. */
  repeatsFrom(starts: readonly bigint[]): boolean {
    const upTo = this.#repeatsUpTo;
    return upTo !== null && starts.some((start) => start <= upTo);
  }
}
