/** An event of the demo. */
export interface Happening {
  /** Nanoseconds since the epoch. */
  readonly at: bigint;
  happen(): void;
}

/** The demo of one vendor. */
export interface Demo {
  /** Advances the running jobs to `now`. */
  grow(now: bigint): void;
}

/**
 * Endless successive jobs: each begins `every` nanoseconds after the previous one, which should still be running then.
 * Events happen in the order of time, no matter how rarely `grow` is called, so two sandboxes with the same clock are
 * equal.
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
