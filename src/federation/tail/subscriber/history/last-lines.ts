import { bytesOfEntry } from '../../../../domain/entry-bytes.ts';
import type { Feed } from '../../feed/feed.ts';
import type { Delivery, Dropped } from '../events/delivery.ts';

/** The last lines of some jobs, as the vendors returned them. */
export interface LastLines {
  readonly lines: readonly Delivery[];
  readonly dropped: Dropped | null;
  /** Jobs whose source did not answer. */
  readonly failed: ReadonlySet<number>;
}

const NOTHING: LastLines = { lines: [], dropped: null, failed: new Set() };

interface SharedRead {
  readonly feeds: readonly Feed[];
  /** Where the feeds' windows began when the read started. */
  readonly starts: readonly (bigint | null)[];
  /** Null: the read failed, or its result cannot be shared; another subscriber has to read. */
  readonly result: Promise<LastLines | null>;
}

/** Upper bound on cached reads: roughly the number of different requests at one time. */
const KEPT_READINGS = 16;
/** Upper bound on the memory of a cached result. */
const KEPT_BYTES = 4_000_000;

/**
 * The last lines, read once for all subscribers of the same feeds with the same request. Many subscribers that join at
 * once cost the vendor as much as one.
 */
export class SharedLastLines {
  readonly #readings = new Map<string, SharedRead>();

  /**
   * A result is valid while the windows hold every line that has come since the read started, which is until they evict
   * lines. If the subscriber that reads leaves, another one reads. When `leave` is aborted, resolves with no lines.
   */
  async read(
    question: string,
    feeds: readonly Feed[],
    leave: AbortSignal,
    read: () => Promise<LastLines>,
  ): Promise<LastLines> {
    while (!leave.aborted) {
      const reading = this.#readings.get(question);
      if (reading === undefined || !holds(reading, feeds)) return this.#begin(question, feeds, leave, read);
      const found = await orLeave(reading.result, leave);
      if (found !== null && holds(reading, feeds)) return found;
    }
    return NOTHING;
  }

  async #begin(
    question: string,
    feeds: readonly Feed[],
    leave: AbortSignal,
    read: () => Promise<LastLines>,
  ): Promise<LastLines> {
    const reading = read();
    const forget = (): void => {
      if (this.#readings.get(question) === entry) this.#readings.delete(question);
    };
    const entry: SharedRead = {
      feeds,
      starts: feeds.map(({ window }) => window.start),
      // A result that cannot be shared is removed before another subscriber can use it.
      result: reading.then(
        (found) => {
          const isPartial = leave.aborted || found.failed.size > 0;
          if (isPartial || bytesOf(found) > KEPT_BYTES) forget();
          return isPartial ? null : found;
        },
        () => {
          forget();
          return null;
        },
      ),
    };
    this.#readings.delete(question);
    for (const [name, { feeds: followed }] of this.#readings) {
      const isUnused = followed.every(({ listeners }) => listeners === 0);
      if (isUnused || this.#readings.size >= KEPT_READINGS) this.#readings.delete(name);
    }
    this.#readings.set(question, entry);
    return reading;
  }
}

function holds({ feeds, starts }: SharedRead, now: readonly Feed[]): boolean {
  return (
    feeds.length === now.length &&
    now.every((feed, index) => feed === feeds[index] && feed.window.start === starts[index])
  );
}

function bytesOf({ lines }: LastLines): number {
  return lines.reduce((sum, { node }) => sum + bytesOfEntry(node), 0);
}

/** Null if `leave` is aborted before the answer arrives. */
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
