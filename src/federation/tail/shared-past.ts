import type { Delivery } from './delivery.ts';
import type { Dropped } from './dropped.ts';
import type { Feed } from './feed.ts';
import type { Lanes } from './lanes.ts';

/** The last lines of some jobs, as the vendors had them. */
export interface LastLines {
  readonly lines: readonly Delivery[];
  readonly dropped: Dropped | null;
}

interface Reading {
  readonly feeds: readonly Feed[];
  /** Where the feeds' windows began when it was asked for. */
  readonly starts: readonly (bigint | null)[];
  /** Null: it came to nothing, and somebody else has to read. */
  readonly result: Promise<LastLines | null>;
}

/** Readings that one feed's subscribers may share: as many as there are likely to be questions at one time. */
const KEPT_READINGS = 4;
/** Most characters of messages in a reading that is kept when it is over. */
const KEPT_CHARACTERS = 1_000_000;

const readings = new WeakMap<Feed, Map<string, Reading>>();

/**
 * The last lines, read once for all subscribers of the same feeds that ask the same: many who come at once
 * cost the vendor as much as one. An answer serves as long as the windows hold all that has come since it
 * was asked for, which is until they let go of lines. Whoever reads for others may leave; then one of them
 * reads. Resolves with nothing when it is time to leave.
 */
export async function readLastOnce(
  lanes: Lanes,
  question: string,
  leave: AbortSignal,
  read: () => Promise<LastLines>,
): Promise<LastLines> {
  const feeds = lanes.all.map(({ feed }) => feed);
  const [first] = feeds;
  if (first === undefined) return read();
  const known = readings.get(first) ?? new Map<string, Reading>();
  readings.set(first, known);
  while (!leave.aborted) {
    const reading = known.get(question);
    if (reading === undefined || !holds(reading, feeds)) return begin(known, question, feeds, leave, read);
    const found = await orLeave(reading.result, leave);
    if (found !== null && holds(reading, feeds)) return found;
  }
  return { lines: [], dropped: null };
}

async function begin(
  known: Map<string, Reading>,
  question: string,
  feeds: readonly Feed[],
  leave: AbortSignal,
  read: () => Promise<LastLines>,
): Promise<LastLines> {
  const reading = read();
  const entry: Reading = {
    feeds,
    starts: feeds.map(({ window }) => window.start),
    // What is no answer, or not one to be kept, is forgotten before anybody can look at it.
    result: reading.then(
      (found) => {
        if (leave.aborted || charactersOf(found) > KEPT_CHARACTERS) forget();
        return leave.aborted ? null : found;
      },
      () => {
        forget();
        return null;
      },
    ),
  };
  function forget(): void {
    if (known.get(question) === entry) known.delete(question);
  }
  known.delete(question);
  known.set(question, entry);
  for (const oldest of known.keys()) if (known.size > KEPT_READINGS) known.delete(oldest);
  return reading;
}

function holds({ feeds, starts }: Reading, now: readonly Feed[]): boolean {
  return (
    feeds.length === now.length &&
    now.every((feed, index) => feed === feeds[index] && feed.window.start === starts[index])
  );
}

function charactersOf({ lines }: LastLines): number {
  return lines.reduce((sum, { node }) => sum + node.message.length, 0);
}

/** Null when it is time to leave before there is an answer. */
function orLeave<T>(answer: Promise<T>, leave: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const onLeave = (): void => {
      resolve(null);
    };
    leave.addEventListener('abort', onLeave, { once: true });
    answer.then(resolve, reject).finally(() => {
      leave.removeEventListener('abort', onLeave);
    });
  });
}
