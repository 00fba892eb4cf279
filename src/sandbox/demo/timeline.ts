/** Something that happens in a demonstration. */
export interface Happening {
  /** Nanoseconds since the epoch. */
  readonly at: bigint;
  happen(): void;
}

/** The demonstration of one vendor. */
export interface Demo {
  /** Lets the running jobs go on up to `now`. */
  grow(now: bigint): void;
}

/**
 * Jobs that follow each other without an end: the next one begins `every` nanoseconds after the one before, which should
 * still be running then. All that happens happens in the order of time, however seldom the demonstration is let go on, so
 * two sandboxes with one clock are the same.
 */
export function inTurns(
  start: bigint,
  every: bigint,
  begin: (number: number, start: bigint) => readonly Happening[],
): Demo {
  let begun = 0;
  let ahead: Happening[] = [];
  return {
    grow(now) {
      for (;;) {
        const beginsAt = start + BigInt(begun) * every;
        const next = ahead[0];
        if (beginsAt <= now && (next === undefined || beginsAt <= next.at)) {
          ahead = [...ahead, ...begin(begun, beginsAt)].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
          begun += 1;
        } else if (next !== undefined && next.at <= now) {
          ahead.shift();
          next.happen();
        } else return;
      }
    },
  };
}
