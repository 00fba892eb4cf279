import type { Call } from '../../../domain/call.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { Position } from '../../../domain/ordered.ts';
import type { Hint, Partition } from '../../../pagination/core/partition.ts';
import type { FeedSink } from '../feed/driver.ts';
import { GapFinder, unreadableGap } from '../feed/gap.ts';
import type { Gap } from '../feed/gap.ts';

/** Expected number of lines in a poll. */
const USUAL_LINES = 200;

/**
 * Reads a partition from the start of the feed's overlap to its end. Passes lines to the feed as they come, and gaps to
 * `tell`. Resolves to the number of new lines.
 */
export async function pollPartition(
  partition: Partition<LogEntry>,
  sink: FeedSink,
  tell: (gap: Gap) => void,
  call: Call,
): Promise<number> {
  const { key } = partition;
  const { from, hint } = placeToRead(key, sink);
  const batches = partition.read({ direction: 'forward', from, hint, until: null, need: USUAL_LINES }, call);
  const gaps = new GapFinder<LogEntry>(key, 'forward', from);
  const see = (gap: Gap | null): void => {
    if (gap !== null) tell(gap);
  };
  let fresh = 0;
  try {
    for await (const batch of batches) {
      fresh += sink.accept(batch.rows.map(({ row, hint }) => ({ entry: row, partition: key, hint })));
      see(gaps.see(batch));
      see(unreadableGap(key, batch));
      if (call.signal.aborted) break;
    }
  } finally {
    // Also if the read fails: the next poll may begin after the lines that this one could not reach.
    see(gaps.end());
  }
  return fresh;
}

/** Where to read from: after the last line before the overlap, which a hint may locate, or else at the overlap's start. */
function placeToRead(key: string, sink: FeedSink): { from: Position | null; hint: Hint | null } {
  const start = sink.overlapStart();
  if (start === null) return { from: null, hint: null };
  const before = sink.window.lastBefore(start, key);
  if (before !== null) return { from: before.entry, hint: before.hint };
  return { from: { time: start, tie: '' }, hint: sink.window.firstFrom(start, key)?.hint ?? null };
}
