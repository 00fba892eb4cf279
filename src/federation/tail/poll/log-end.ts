import type { Call } from '../../../domain/call.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { Partition } from '../../../pagination/core/partition.ts';
import { GapFinder, unreadableGap } from '../feed/gap.ts';
import type { Gap } from '../feed/gap.ts';
import type { FeedLine } from '../feed/lines/line-window.ts';
import type { TailSettings } from '../settings.ts';

/** Expected number of lines in the first read. */
const USUAL_LINES = 200;

/**
 * Upper bound on native pages for the first read of a log's end. If a log is so busy that they do not reach back as far
 * as the overlap, the first overlap is shorter.
 */
const FIRST_PAGES = 50;

/** The newest lines of a partition; from `start` on they are without holes. */
export async function readEnd(
  partition: Partition<LogEntry>,
  settings: TailSettings,
  call: Call,
): Promise<{ lines: FeedLine[]; start: bigint | null; gaps: Gap[] }> {
  const lines: FeedLine[] = [];
  const gaps: (Gap | null)[] = [];
  const finder = new GapFinder<LogEntry>(partition.key, 'backward', null);
  const overlap = BigInt(settings.overlapMilliseconds) * 1_000_000n;
  const now = BigInt(Date.now()) * 1_000_000n;
  let pages = 0;
  const batches = partition.read(
    { direction: 'backward', from: null, hint: null, until: null, need: USUAL_LINES },
    call,
  );
  let start: bigint | null = null;
  for await (const batch of batches) {
    gaps.push(finder.see(batch), unreadableGap(partition.key, batch));
    pages += batch.pages;
    for (const { row, hint } of batch.rows) lines.push({ entry: row, partition: partition.key, hint });
    const newest = lines[0]?.entry.time;
    const oldest = lines.at(-1)?.entry.time;
    if (batch.more === false || newest === undefined || oldest === undefined) continue;
    const reachesBack = (newest < now ? newest : now) - oldest >= overlap;
    // The oldest instant may be incomplete.
    if (reachesBack || pages >= FIRST_PAGES) {
      start = oldest + 1n;
      break;
    }
  }
  return { lines, start, gaps: [...gaps, finder.end()].filter((gap) => gap !== null) };
}
