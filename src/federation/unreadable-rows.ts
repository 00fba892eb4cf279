import type { Unreadable } from '../pagination/core/partition.ts';

/** Rows of a source that could not be read. The others are there. */
export class UnreadableRows extends Error {
  readonly unreadable: Unreadable;

  constructor(unreadable: Unreadable) {
    const { count, reason } = unreadable;
    super(`${count} ${count === 1 ? 'row' : 'rows'} could not be read: ${reason}`);
    this.unreadable = unreadable;
  }
}
