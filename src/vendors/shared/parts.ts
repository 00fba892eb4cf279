import { TributaryError } from '../../domain/errors.ts';
import type { Attempt, Step, Task } from '../../domain/job.ts';
import type { UnreadableRow } from '../../domain/ordered.ts';

/** Parts that only stand for rows that could not be read: they are counted, and belong to no key. */
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

/** The part of that key; null where there is none. SOURCE_BAD_RESPONSE where it may be a row that could not be read. */
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

/** Throws where there is a row that could not be read: it may be what was looked for and not found. */
export function refuseOdd(source: string, odd: UnreadableRow | undefined): void {
  if (odd === undefined) return;
  throw new TributaryError('SOURCE_BAD_RESPONSE', `${source}: a row could not be read: ${odd.reason}`, { source });
}

/** Said where the log of an attempt is asked for that is not there. */
export function noSuchAttempt(source: string): TributaryError {
  return new TributaryError('NOT_FOUND', `${source}: the job has no such attempt.`, { source });
}

/** The same of a task. */
export function noSuchTask(source: string): TributaryError {
  return new TributaryError('NOT_FOUND', `${source}: the job has no such task.`, { source });
}
