import { TributaryError } from '../domain/errors.ts';
import type { Direction } from '../domain/ordered.ts';
import { parseInstant } from '../domain/time.ts';
import type { ConnectionArguments, TailArguments, TimeBounds } from './api.ts';

/** Relay's arguments, checked: how many rows, from which end, between which cursors. */
export interface PageArguments {
  readonly size: number;
  /** Whether the page is at the beginning (`first`) or the end (`last`) of the range between the cursors. */
  readonly side: 'first' | 'last';
  readonly after: string | null;
  readonly before: string | null;
}

/** Page size if a client gives neither `first` nor `last`. */
export const DEFAULT_PAGE_SIZE = 20;

export function checkPageArguments(args: ConnectionArguments, maxPageSize: number): PageArguments {
  const first = args.first ?? null;
  const last = args.last ?? null;
  if (first !== null && last !== null) {
    throw badInput('Give first (with after) or last (with before), not both.');
  }
  const side = last === null ? 'first' : 'last';
  const size = (side === 'first' ? first : last) ?? DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(size) || size < 0 || size > maxPageSize) {
    throw badInput(`${side}: ${size} is not allowed; it must be a whole number from 0 to ${maxPageSize}.`);
  }
  return { size, side, after: cursorOf(args.after), before: cursorOf(args.before) };
}

/** Apollo Client's helper for Relay-style pagination sends an empty string for "no cursor". */
export function cursorOf(given: string | null | undefined): string | null {
  return given === '' ? null : (given ?? null);
}

/** The direction in time in which to read a page of this side and order. */
export function directionOf(side: PageArguments['side'], descending: boolean): Direction {
  return (side === 'first') === !descending ? 'forward' : 'backward';
}

/** Half-open bounds in nanoseconds; null where a client gives no bound. */
export function checkTimeBounds(bounds: TimeBounds): { readonly since: bigint | null; readonly before: bigint | null } {
  return { since: instantOf('since', bounds.since), before: instantOf('until', bounds.until) };
}

function instantOf(name: string, text: string | undefined): bigint | null {
  if (text === undefined) return null;
  const instant = parseInstant(text);
  if (instant === null) {
    throw badInput(`filter.${name} is not a date-time; write it as RFC 3339, for example 2026-01-31T08:00:00Z.`);
  }
  return instant.nanoseconds;
}

export function badInput(message: string): TributaryError {
  return new TributaryError('BAD_USER_INPUT', message);
}

/** Throws BAD_USER_INPUT for arguments that are not allowed. */
export function checkTailArguments({ after, tail }: TailArguments, maxPageSize: number): void {
  if (typeof after === 'string' && typeof tail === 'number') {
    throw badInput('Give after (resume from a cursor) or tail (begin with the last lines), not both.');
  }
  if (typeof tail === 'number' && (!Number.isInteger(tail) || tail < 0 || tail > maxPageSize)) {
    throw badInput(`tail: ${tail} is not allowed; it must be a whole number from 0 to ${maxPageSize}.`);
  }
}
