import { TributaryError } from '../../domain/errors.ts';
import type { Attempt, Step, Task } from '../../domain/job.ts';
import type { UnreadableRow } from '../../domain/ordered.ts';

/** Stand-ins for unreadable rows. They are counted, but have no key. */
export function standInParts(odd: readonly UnreadableRow[]): readonly (Attempt & Step & Task)[] {
  return odd.map((unreadable, index) => ({
    key: '',
    name: '',
    number: null,
    status: 'UNKNOWN',
    nativeStatus: null,
    createdAt: null,
    startedAt: null,
    finishedAt: null,
    attemptKey: null,
    stepKey: null,
    time: 0n,
    tie: ` ${String(index).padStart(6, '0')}`,
    unreadable,
  }));
}

/** Finds the part with a key; null: there is none. Throws SOURCE_BAD_RESPONSE if it may be among unreadable rows. */
export function partOf<T extends Pick<Step, 'key' | 'unreadable'>>(
  source: string,
  parts: readonly T[],
  key: string,
): T | null {
  const found = parts.find((part) => part.key === key && part.unreadable === undefined);
  if (found !== undefined) return found;
  refuseOdd(source, parts.find(({ unreadable }) => unreadable !== undefined)?.unreadable);
  return null;
}

/** Throws if there is an unreadable row, because it may be the one that was searched for. */
export function refuseOdd(source: string, odd: UnreadableRow | undefined): void {
  if (odd === undefined) return;
  throw new TributaryError('SOURCE_BAD_RESPONSE', `${source}: a row could not be read: ${odd.reason}`, { source });
}

/** The error for the log of an attempt that does not exist. */
export function noSuchAttempt(source: string): TributaryError {
  return new TributaryError('NOT_FOUND', `${source}: the job has no such attempt.`, { source });
}

/** The same for a task. */
export function noSuchTask(source: string): TributaryError {
  return new TributaryError('NOT_FOUND', `${source}: the job has no such task.`, { source });
}
