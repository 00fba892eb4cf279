import type { LogFilter } from '../graphql/generated/graphql.ts';
import { FIRST_LINE } from '../state/view.ts';

/** Where a log is entered. */
export type Entrance =
  | { readonly at: 'end' | 'start'; readonly segments: readonly [LogFilter] }
  /** Between two connections: what was written before a time, and what was written from it on. */
  | { readonly at: 'middle'; readonly segments: readonly [LogFilter, LogFilter] };

/**
 * Cursors belong to a filter, so none can be made for a time. A log that is entered at a time is read as two
 * connections that meet there.
 */
export function entranceTo(filter: LogFilter, at: string | null): Entrance {
  if (at === null) return { at: 'end', segments: [filter] };
  const time = Date.parse(at);
  if (at === FIRST_LINE || Number.isNaN(time)) return { at: 'start', segments: [filter] };
  if (isBefore(at, filter.since ?? null)) return { at: 'start', segments: [filter] };
  if (isBefore(filter.until ?? null, at)) return { at: 'end', segments: [filter] };
  return {
    at: 'middle',
    segments: [
      { ...filter, until: at },
      { ...filter, since: at },
    ],
  };
}

/** To the millisecond: enough to tell whether a time lies outside of a range. */
function isBefore(first: string | null, second: string | null): boolean {
  return first !== null && second !== null && Date.parse(first) < Date.parse(second);
}
