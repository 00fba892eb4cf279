import type { Ordered } from '../../domain/ordered.ts';
import type { Unplaced } from '../core/partition.ts';

/** A page as it was at one look. */
interface Look<T extends Ordered> {
  readonly rows: readonly Unplaced<T>[];
  readonly total: number | null;
}

/** Is it sure that no row was pushed from the page between two looks at it? */
export function standStill<T extends Ordered>(page: Look<T>, again: Look<T>): boolean {
  const before = page.rows.map(textOfRow);
  const after = again.rows.map(textOfRow);
  if (!before.every((text, i) => text === after[i])) return false;
  const counted = page.total !== null && again.total !== null;
  return !mayHideShift(before, after, counted ? again.total - page.total : before.length - 1);
}

/**
 * Could rows have been pushed through the page although it says the same as before? Rows that look
 * the same may have been, by as many places as rows were inserted.
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

/** Do both looks show the same rows? */
export function isSame<T extends Ordered>(page: Look<T>, other: Look<T>): boolean {
  const texts = other.rows.map(textOfRow);
  return page.rows.length === texts.length && page.rows.every((row, i) => textOfRow(row) === texts[i]);
}

/** Do rows of several instants come on both pages? Of one instant, two rows may say the same. */
export function shareRows<T extends Ordered>(page: Look<T>, next: Look<T>): boolean {
  const texts = new Set(page.rows.map(textOfRow));
  const shared = next.rows.filter((row) => texts.has(textOfRow(row)));
  return shared.some(({ time }) => time !== shared[0]?.time);
}

export function textOfRow(row: object): string {
  // The tie is ours and is put on rows that have been placed; times are bigints.
  return JSON.stringify(row, (name, value: unknown) =>
    name === 'tie' ? undefined : typeof value === 'bigint' ? String(value) : value,
  );
}
