import type { LogEntry } from '../../domain/log-entry.ts';
import { untouched } from '../merged-place.ts';
import type { PlacedLine } from './delivery.ts';
import type { Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';
import { bucketsFor, exclusive, sumUp } from './line-sums.ts';
import type { LineSums } from './line-sums.ts';
import type { WindowLine } from './line-window.ts';

/** Which lines a subscriber wants; null: all. */
export type Accepts = ((entry: LogEntry) => boolean) | null;

/** What was taken of a job's feed, from its low watermark on. */
interface TakenOfJob {
  readonly lane: Lane;
  readonly start: bigint;
  readonly lines: readonly WindowLine[];
}

/** What was taken of the feeds of all jobs, but for lines that are still to be delivered. */
export class TakenLines {
  readonly #jobs: readonly TakenOfJob[];
  readonly #owed: readonly PlacedLine[];
  readonly #open: ReadonlySet<string>;
  readonly #accepts: Accepts;

  constructor(lanes: Lanes, owed: readonly PlacedLine[], accepts: Accepts) {
    this.#owed = owed;
    this.#open = new Set(owed.map(({ digest }) => digest.text));
    this.#accepts = accepts;
    this.#jobs = lanes.all.map((lane, index) => {
      const low = lane.feed.lowWatermark(lane.taken) ?? untouched('forward').time;
      const times = owed.filter(({ position }) => position.scope === index).map(({ position }) => position.time);
      const start = times.reduce((min, time) => (time < min ? time : min), low);
      return { lane, start, lines: lane.takenFrom(start) };
    });
  }

  /** The instant of each job before which everything is settled. */
  get starts(): readonly bigint[] {
    return this.#jobs.map(({ start }) => start);
  }

  /** How many they are at most. */
  get count(): number {
    return this.#jobs.reduce((sum, { lines }) => sum + lines.length, 0) - this.#owed.length;
  }

  /** Has a window let go of some of them? Then they can't be named or summed up. */
  get areIncomplete(): boolean {
    return this.#jobs.some(({ lane, start }) => lane.hasLetGoFrom(start));
  }

  /** The texts of their digests. */
  names(): string[] {
    return this.#jobs.flatMap(({ lane, lines }) =>
      lines.filter((line) => this.#isDelivered(lane, line)).map((line) => lane.digestOf(line).text),
    );
  }

  /** Is it the text of the digest of a line that is still to be delivered? */
  owes(text: string): boolean {
    return this.#open.has(text);
  }

  /** The sums of them and of `others`, of which some may still be to be delivered. */
  sums(others: readonly PlacedLine[]): LineSums {
    const buckets = bucketsFor(this.count + others.length);
    const taken = this.#jobs.map(({ lane, start }) => lane.sumsFrom(start, buckets, this.#accepts));
    const newest = this.#jobs.map(
      ({ lane, lines }) => lines.findLast((line) => this.#isDelivered(lane, line))?.entry.time,
    );
    const delivered = others.filter(({ digest }) => !this.owes(digest.text));
    const last = [...newest, ...delivered.map(({ position }) => position.time)].reduce<bigint>(
      (max, time) => (time !== undefined && time > max ? time : max),
      untouched('forward').time,
    );
    return {
      count: taken.reduce((sum, { count }) => sum + count, others.length - this.#owed.length),
      last,
      // Those that are owed are among the taken or the others: adding them takes them out.
      sums: taken.reduce(
        (sums, { sums: some }) => exclusive(sums, some),
        sumUp([...others, ...this.#owed], 0n, buckets).sums,
      ),
    };
  }

  #isDelivered(lane: Lane, line: WindowLine): boolean {
    return !this.#open.has(lane.digestOf(line).text) && (this.#accepts === null || this.#accepts(line.entry));
  }
}
