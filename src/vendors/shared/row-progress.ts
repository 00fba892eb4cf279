import { isPauseDue, PAUSE } from '../../http/body/pause.ts';
import { contentHash, occurrenceTie } from '../../pagination/core/identity.ts';
import { textOf } from './wire.ts';

/** What was read of a list so far. */
export interface RowProgress<T, Odd> {
  /** The index of the next row. */
  index: number;
  readonly data: T[];
  readonly odd: Odd[];
  /** How often each odd row came. */
  readonly seen: Map<string, number>;
}

/** Rows that are read before the time is looked at again. */
const ROWS_AT_ONCE = 64;

interface KeptProgress {
  readonly read: unknown;
  readonly length: number;
  readonly progress: RowProgress<unknown, unknown>;
}

/** Keyed by the first row of a list, because a decoder may build the list again. */
const kept = new WeakMap<object, KeptProgress>();

/** The progress of a list whose reading was paused, or a new one. */
export function progressOf<T, Odd>([first]: readonly unknown[], length: number, read: unknown): RowProgress<T, Odd> {
  const known = isObject(first) ? kept.get(first) : undefined;
  if (known === undefined || known.read !== read || known.length !== length)
    return { index: 0, data: [], odd: [], seen: new Map() };
  // The same function has read these rows.
  return known.progress as RowProgress<T, Odd>;
}

/** Throws `PAUSE` if it is due. The decoder is called again, and finds its progress. */
export function pauseIfDue<T, Odd>(list: readonly unknown[], read: unknown, progress: RowProgress<T, Odd>): void {
  const [first] = list;
  if (progress.index % ROWS_AT_ONCE !== ROWS_AT_ONCE - 1 || !isObject(first) || !isPauseDue()) return;
  kept.set(first, { read, length: list.length, progress });
  // The next call takes these rows first.
  throw PAUSE;
}

/** Forgets the progress of a list that is read. */
export function forgetProgress([first]: readonly unknown[]): void {
  if (isObject(first)) kept.delete(first);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** How many characters of an odd row are hashed for its id. */
const LONGEST_TEXT = 10_000;

/** An id from the row's content; rows with equal content are numbered. */
export function idOfOdd(row: unknown, seen: Map<string, number>): string {
  const hash = contentHash([textOf(row)?.slice(0, LONGEST_TEXT) ?? null]);
  const occurrence = seen.get(hash) ?? 0;
  seen.set(hash, occurrence + 1);
  return occurrenceTie(hash, occurrence);
}
