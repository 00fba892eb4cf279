import type { Ordered } from '../../domain/ordered.ts';
import type { Unplaced } from '../core/partition.ts';

/** The state of a page when it was read. */
interface ReadPage<T extends Ordered> {
  readonly rows: readonly Unplaced<T>[];
  readonly total: number | null;
}

/** True if surely no row was pushed off the page between two reads. */
export function standStill<T extends Ordered>(page: ReadPage<T>, again: ReadPage<T>): boolean {
  const before = page.rows.map(textOfRow);
  const after = again.rows.map(textOfRow);
  if (!before.every((text, i) => text === after[i])) return false;
  const counted = page.total !== null && again.total !== null;
  return !mayHideShift(before, after, counted ? again.total - page.total : before.length - 1);
}

/**
 * True if rows may have moved through the page although its text is unchanged. Rows with equal text can hide a shift by
 * up to as many places as rows were inserted.
 */
function mayHideShift(before: readonly string[], after: readonly string[], inserted: number): boolean {
  const most = Math.max(0, Math.min(inserted, after.length));
  return Array.from({ length: most }, (_, i) => i + 1).some((by) => {
    const pushed = after.slice(by, by + before.length);
    return pushed.length === 0
      ? before.every((text) => text === before[0])
      : pushed.every((text, i) => text === before[i]);
  });
}

/** True if both reads show the same rows. */
export function isSame<T extends Ordered>(page: ReadPage<T>, other: ReadPage<T>): boolean {
  const texts = other.rows.map(textOfRow);
  return page.rows.length === texts.length && page.rows.every((row, i) => textOfRow(row) === texts[i]);
}

/**
 * True if both pages share rows of several instants. Within a single instant, two different rows may have equal text.
 */
export function shareRows<T extends Ordered>(page: ReadPage<T>, next: ReadPage<T>): boolean {
  const texts = new Set(page.rows.map(textOfRow));
  const shared = next.rows.filter((row) => texts.has(textOfRow(row)));
  return shared.some(({ time }) => time !== shared[0]?.time);
}

export function textOfRow(row: object): string {
  // Omit the tie, which we add to placed rows. Times are bigints.
  return JSON.stringify(row, (name, value: unknown) =>
    name === 'tie' ? undefined : typeof value === 'bigint' ? String(value) : value,
  );
}
