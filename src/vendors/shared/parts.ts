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

/** The part of that key. */
export function partOf<T extends Pick<Step, 'key' | 'unreadable'>>(parts: readonly T[], key: string): T | null {
  return parts.find((part) => part.key === key && part.unreadable === undefined) ?? null;
}
