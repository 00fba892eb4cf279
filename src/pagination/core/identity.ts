import { hash as digest } from 'node:crypto';
import type { Ordered } from '../../domain/ordered.ts';
import type { Identity, Unplaced } from './partition.ts';

/**
 * Tie-breaks of rows that share one instant. A vendor's id is used unchanged. Rows without an id get a hash of their
 * content. Rows with equal content are interchangeable and are numbered, so that genuine repeats are all kept. The
 * numbers are correct only over the whole group of that instant.
 */

/**
 * A row that computes its tie-break on first use. Most rows never need one, because no other row has their instant. A
 * copy (`copyOf`) has no tie-break.
 */
export abstract class LateTie {
  #tie: string | null = null;

  /** The same parts that `Identity.of` returns for the row. */
  protected abstract identity(): readonly (string | null)[];

  get tie(): string {
    this.#tie ??= occurrenceTie(contentHash(this.identity()), 0);
    return this.#tie;
  }

  set tie(tie: string) {
    this.#tie = tie;
  }

  /** A plain copy without a tie-break. A row that computes more than that on demand adds it here. */
  copy(): object {
    return Object.assign({}, this);
  }
}

/** A plain copy of a row, to be changed. It has no tie-break if the row computes it on demand. */
export function copyOf<T extends object>(row: T): T {
  // A copy has every property of the row but the tie-break.
  return row instanceof LateTie ? (row.copy() as T) : { ...row };
}

/** Gives a row its tie-break if it is the only row of its instant. */
export function placeOne<T extends Ordered>(row: Unplaced<T>, identity: Identity<T>): T {
  // The row is already complete: it computes its tie-break itself.
  if (identity.by === 'id') return withTie<T>(row, identity.of(row));
  if (row instanceof LateTie) return row as unknown as T;
  return withTie<T>(row, occurrenceTie(hashes.get(row) ?? contentHash(identity.of(row)), 0));
}

/** Gives each row of one whole group of equal times its tie-break. A vendor id that comes twice is one row. */
export function placeGroup<T extends Ordered>(rows: readonly Unplaced<T>[], identity: Identity<T>): T[] {
  if (identity.by === 'content') {
    const seen = new Map<string, number>();
    return rows.map((row) => withTie<T>(row, nextOccurrence(seen, hashes.get(row) ?? contentHash(identity.of(row)))));
  }
  const byId = new Map<string, T>();
  for (const row of rows) {
    const id = identity.of(row);
    byId.set(id, withTie<T>(row, id));
  }
  return [...byId.values()];
}

/** A text that two rows of one instant share only if they are the same, or interchangeable. */
export function keyOf<T extends Ordered>(row: Unplaced<T>, identity: Identity<T>): string {
  return identity.by === 'id' ? identity.of(row) : JSON.stringify(identity.of(row));
}

/** Hashes that were computed ahead. */
const hashes = new WeakMap<object, string>();

/** Hashes a row with long text ahead of time, because `placeGroup` hashes all rows of a group without a break. */
export function hashAhead<T extends Ordered>(row: Unplaced<T>, parts: readonly (string | null)[]): void {
  hashes.set(row, contentHash(parts));
}

/**
 * 96 bits of SHA-256 over the parts, as 16 characters of base64url. Null differs from '', and parts cannot run
 * together.
 */
export function contentHash(parts: readonly (string | null)[]): string {
  return digest('sha256', JSON.stringify(parts), 'base64url').slice(0, 16);
}

/** `hash` with its number in the group, written so that text order equals number order. */
export function occurrenceTie(hash: string, occurrence: number): string {
  const digits = String(occurrence);
  return `${hash}.${String.fromCharCode(96 + digits.length)}${digits}`;
}

function nextOccurrence(seen: Map<string, number>, hash: string): string {
  const occurrence = seen.get(hash) ?? 0;
  seen.set(hash, occurrence + 1);
  return occurrenceTie(hash, occurrence);
}

/** The row with its tie-break: the one place where an `Unplaced` row becomes a placed one. */
export function withTie<T extends Ordered>(row: Unplaced<T>, tie: string): T {
  // A decoded row and its tie are together what T is; TypeScript can't rebuild T from Omit<T, 'tie'>.
  const placed = row as unknown as { tie: string };
  placed.tie = tie;
  return placed as unknown as T;
}
