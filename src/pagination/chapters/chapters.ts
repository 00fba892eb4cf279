import type { Call } from '../../domain/call.ts';
import { comparePositions } from '../../domain/ordered.ts';
import type { Direction, Ordered } from '../../domain/ordered.ts';
import { contradiction } from '../core/page-guard.ts';
import { PartitionLane } from './lane.ts';
import type { Batch, Hint, HintedRow, Partition, ReadRequest } from '../core/partition.ts';

export interface Chapter<T extends Ordered> {
  /** The chapter's name in hints, unique among the chapters. */
  readonly key: string;
  readonly partition: Partition<T>;
  /** When the chapter began, in nanoseconds; null: unknown. */
  readonly beganAt: bigint | null;
}

/**
 * A log that consists of chapters, each a log with its own partition. Together they form one partition in one order.
 * Chapters follow each other in time, but two neighbours may overlap by `slack`, so rows are merged within it. Chapters
 * that cannot contain a wanted row are not read.
 */
export interface ChaptersOptions<T extends Ordered> {
  readonly key: string;
  /** The oldest first. */
  readonly chapters: readonly Chapter<T>[];
  /** Nanoseconds by which a row's time may lie beyond the bounds that the beginnings of chapters give. */
  readonly slack: bigint;
  /** If the error means that the chapter is gone: the note to report in place of its rows. Null: throw the error. */
  readonly goneBy?: ((error: unknown, chapter: Chapter<T>) => string | null) | undefined;
}

export function chaptersPartition<T extends Ordered>(options: ChaptersOptions<T>): Partition<T> {
  return {
    key: options.key,
    async *read(request, call) {
      const walk = new ChapterWalk(options, request, call);
      try {
        for (;;) {
          const batch = await walk.next();
          yield batch;
          if (batch.more === false) return;
        }
      } finally {
        await walk.close();
      }
    },
    async count(call) {
      const counts = await Promise.all(options.chapters.map(async ({ partition }) => partition.count(call)));
      return counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0);
    },
  };
}

/** A chapter that is being read. */
interface OpenChapter<T extends Ordered> {
  readonly chapter: Chapter<T>;
  readonly lane: PartitionLane<T>;
}

/** A chapter and the inclusive bounds of its rows' times; null: no bound. */
interface Span<T extends Ordered> {
  readonly chapter: Chapter<T>;
  readonly low: bigint | null;
  readonly high: bigint | null;
}

function spansOf<T extends Ordered>({ chapters, slack }: ChaptersOptions<T>): Span<T>[] {
  return chapters.map((chapter, index) => {
    const next = chapters[index + 1]?.beganAt ?? null;
    const low = index === 0 || chapter.beganAt === null ? null : chapter.beganAt - slack;
    return { chapter, low, high: next === null ? null : next + slack };
  });
}

/** The bound of a span that a walk reaches first (near) or last (far). */
function boundOf<T extends Ordered>(span: Span<T>, direction: Direction, end: 'near' | 'far'): bigint | null {
  return (direction === 'forward') === (end === 'near') ? span.low : span.high;
}

/** True if an instant surely lies before another in this direction. */
function isBefore(time: bigint | null, other: bigint, direction: Direction): boolean {
  if (time === null) return false;
  return direction === 'forward' ? time < other : time > other;
}

class ChapterWalk<T extends Ordered> {
  readonly #options: ChaptersOptions<T>;
  readonly #request: ReadRequest<T>;
  readonly #call: Call;
  /** Chapters that the walk may still reach, the next one first. */
  readonly #waiting: Span<T>[];
  readonly #open: OpenChapter<T>[] = [];
  /** For each chapter, the hint of the walk's position in it. */
  readonly #hints: Map<string, Hint>;
  #pages = 0;
  #truncated: string[] = [];
  #contradicts = false;

  constructor(options: ChaptersOptions<T>, request: ReadRequest<T>, call: Call) {
    const { direction, from, until } = request;
    this.#options = options;
    this.#call = call;
    const spans = spansOf(options).filter((span) => {
      const isPassed = from !== null && isBefore(boundOf(span, direction, 'far'), from.time, direction);
      const near = boundOf(span, direction, 'near');
      const isBeyond = until !== null && near !== null && isBefore(until.time, near, direction);
      return !isPassed && !isBeyond;
    });
    this.#waiting = direction === 'forward' ? spans : spans.reverse();
    this.#hints = readHints(request.hint, options.chapters);
    // Prefetched pages are surely needed only if there is a single chapter, with nothing to merge.
    this.#request = { ...request, prefetch: request.prefetch === true && spans.length === 1 };
  }

  /** The next rows, as many as need no further call. */
  async next(): Promise<Batch<T>> {
    const rows: HintedRow<T>[] = [];
    await this.#fill();
    // Report truncated rows first: they lie before the rows at hand.
    if (this.#truncated.length > 0) return this.#batchOf(rows);
    for (let nearest = this.#nearest(); nearest !== null; nearest = this.#nearest()) {
      const { chapter, lane } = nearest;
      const taken = lane.take();
      if (taken === null) break;
      if (taken.hint !== null) this.#hints.set(chapter.key, taken.hint);
      rows.push({ row: taken.row, hint: [...this.#hints] });
      if (isEmpty(lane) || this.#isDue(this.#waiting[0])) break;
    }
    return this.#batchOf(rows);
  }

  #batchOf(rows: readonly HintedRow<T>[]): Batch<T> {
    const [pages, truncated] = [this.#pages, this.#truncated.join('; ')];
    this.#pages = 0;
    const said = truncated === '' ? {} : this.#contradicts ? contradiction(truncated) : { truncated };
    this.#truncated = [];
    this.#contradicts = false;
    return { rows, more: this.#more(), pages, ...said };
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map(async ({ lane }) => lane.close()));
  }

  /** Refills each chapter that the walk has reached, until it has a row or has ended. */
  async #fill(): Promise<void> {
    do {
      this.#openDue();
      await Promise.all(this.#open.filter(({ lane }) => isEmpty(lane)).map(async (open) => this.#refill(open)));
    } while (this.#isDue(this.#waiting[0]));
  }

  /**
   * Opens the chapters that may contain the next row: all that may have a row before the one at hand, or one chapter if
   * no row is at hand.
   */
  #openDue(): void {
    for (let span = this.#waiting[0]; span !== undefined && this.#isDue(span); span = this.#waiting[0]) {
      this.#waiting.shift();
      const { chapter } = span;
      const request = { ...this.#request, hint: this.#hints.get(chapter.key) ?? null };
      this.#open.push({ chapter, lane: new PartitionLane(chapter.partition, request, this.#call) });
      if (this.#nearest() === null) return;
    }
  }

  async #refill({ chapter, lane }: OpenChapter<T>): Promise<void> {
    try {
      await lane.refill(({ pages, truncated, contradicts }) => {
        this.#pages += pages;
        this.#contradicts ||= contradicts === true;
        if (truncated !== undefined) this.#truncated.push(truncated);
      });
    } catch (error) {
      const said = this.#options.goneBy?.(error, chapter) ?? null;
      if (said === null) throw error;
      this.#truncated.push(said);
    }
  }

  /** True if a chapter may contain the next row. */
  #isDue(span: Span<T> | undefined): boolean {
    if (span === undefined) return false;
    const head = this.#nearest()?.lane.head ?? null;
    if (head === null) return true;
    const near = boundOf(span, this.#request.direction, 'near');
    return near === null || !isBefore(head.time, near, this.#request.direction);
  }

  #nearest(): OpenChapter<T> | null {
    const sign = this.#request.direction === 'forward' ? 1 : -1;
    let [best, first]: [OpenChapter<T> | null, T | null] = [null, null];
    for (const open of this.#open) {
      const { head } = open.lane;
      if (head !== null && (first === null || comparePositions(head, first) * sign < 0)) [best, first] = [open, head];
    }
    return best;
  }

  #more(): boolean | null {
    if (this.#open.some(({ lane }) => lane.head !== null || lane.more === true)) return true;
    return this.#waiting.length > 0 || this.#open.some(({ lane }) => lane.more === null) ? null : false;
  }
}

/** True if no row is at hand but more may follow. */
function isEmpty<T extends Ordered>({ head, more }: PartitionLane<T>): boolean {
  return head === null && more !== false;
}

/** Reads hints from a cursor. Ignores entries that belong to no known chapter. */
function readHints<T extends Ordered>(hint: Hint | null, chapters: readonly Chapter<T>[]): Map<string, Hint> {
  const entries = Array.isArray(hint) ? (hint as readonly Hint[]) : [];
  const known = new Set(chapters.map(({ key }) => key));
  const pairs = entries.flatMap((entry): [string, Hint][] => {
    const [key, inner] = Array.isArray(entry) ? (entry as readonly Hint[]) : [];
    return typeof key === 'string' && known.has(key) && inner !== undefined ? [[key, inner]] : [];
  });
  return new Map(pairs);
}

/** A chapter that cannot be read. It is reported as truncated in place of its rows. */
export function unreadablePartition<T extends Ordered>(truncated: string): Partition<T> {
  return {
    key: '',
    // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
    async *read() {
      yield { rows: [], more: false, pages: 0, truncated };
    },
    count: () => Promise.resolve(null),
  };
}
