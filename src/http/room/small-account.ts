import type { HeldShare } from '../../domain/held-bytes.ts';
import type { RoomAccount } from './answer-lease.ts';

/** An account that is asked for room once: of the share if it has some, else of the room for large answers. */
export function smallAccount(share: HeldShare, large: RoomAccount): RoomAccount {
  let isSmall = false;
  const takesShare = (bytes: number): boolean => (isSmall = share.take(bytes));
  return {
    take(bytes, taken) {
      if (!takesShare(bytes)) return large.take(bytes, taken);
      taken();
      return null;
    },
    takeNow(bytes) {
      if (!takesShare(bytes)) large.takeNow(bytes);
    },
    give(bytes) {
      if (isSmall) share.free();
      // Others may wait for either.
      large.give(isSmall ? 0 : bytes);
    },
    count(asker, bytes) {
      if (!isSmall) large.count(asker, bytes);
    },
  };
}
