import { describeUnreadable } from '../pagination/core/unreadable.ts';
import type { Unreadable } from '../pagination/core/partition.ts';

/** Rows of a source that could not be read at all or only in part. The other rows are unaffected. */
export class UnreadableRows extends Error {
  readonly unreadable: Unreadable;

  constructor(unreadable: Unreadable) {
    super(describeUnreadable(unreadable));
    this.unreadable = unreadable;
  }
}
