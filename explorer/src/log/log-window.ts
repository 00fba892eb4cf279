/** One file, although a long one: all that moves the window of loaded lines shares its state. */
import { asApiError, isAbort, request } from '../api/request.ts';
import type { ApiError } from '../api/request.ts';
import { LogsDocument } from '../graphql/generated/graphql.ts';
import type { FailureFragment, LogFilter, LogsQuery } from '../graphql/generated/graphql.ts';
import { entranceTo } from './segments.ts';
import type { Entrance } from './segments.ts';
import type { LogLine } from './line.ts';
import { LiveTail } from './live-tail.ts';
import type { TailState } from './live-tail.ts';

/** Lines of one request. */
const PAGE = 200;
/** More lines than this are not held: the page's memory stays bounded however far the user scrolls. */
const MOST_LINES = 6_000;
/** What is left when there are more. */
const KEPT_LINES = 4_000;
/** Pages without a line that matches are read on without being asked, up to this many. */
const MOST_EMPTY_PAGES = 25;

/** What is known of the log beyond the lines that are held. */
export type Beyond =
  { readonly state: 'more' | 'loading' | 'done' | 'paused' } | { readonly state: 'failed'; readonly error: ApiError };

export interface LogSnapshot {
  readonly lines: readonly LogLine[];
  readonly older: Beyond;
  readonly newer: Beyond;
  readonly failures: readonly FailureFragment[];
  readonly tail: TailState;
  /** Lines that have come live while the user did not follow. */
  readonly unread: number;
  /** Requests that a search has made since it last found a line. */
  readonly searched: number;
  /** The first line of the second segment: what was jumped to. */
  readonly target: string | null;
  /** Lines the stream left out. */
  readonly dropped: number;
}

interface Position {
  readonly segment: number;
  readonly cursor: string | null;
}

type Direction = 'older' | 'newer';

const OPPOSITE: Readonly<Record<Direction, Direction>> = { older: 'newer', newer: 'older' };

export interface LogWindowOptions {
  readonly jobs: readonly string[];
  readonly filter: LogFilter;
  readonly at: string | null;
}

/**
 * A bounded stretch of a log that grows at the end that is scrolled to and is cut at the other, over the Relay
 * connection, and follows the jobs when it reaches their end. A store for `useSyncExternalStore`.
 */
export class LogWindow {
  readonly #jobs: readonly string[];
  readonly #entrance: Entrance;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #tail: LiveTail | null;
  readonly #known = new Set<string>();
  readonly #ends: Record<Direction, Position>;
  readonly #running: Record<Direction, AbortController | null> = { older: null, newer: null };
  #following: boolean;
  #isLive = false;
  #snapshot: LogSnapshot;

  constructor({ jobs, filter, at }: LogWindowOptions) {
    this.#jobs = jobs;
    this.#entrance = entranceTo(filter, at);
    this.#following = this.#entrance.at === 'end';
    const last = this.#entrance.segments.length - 1;
    this.#ends = { older: { segment: 0, cursor: null }, newer: { segment: last, cursor: null } };
    this.#snapshot = {
      lines: [],
      older: { state: this.#entrance.at === 'start' ? 'done' : 'more' },
      newer: { state: this.#entrance.at === 'end' ? 'done' : 'more' },
      failures: [],
      tail: { state: 'off' },
      unread: 0,
      searched: 0,
      target: null,
      dropped: 0,
    };
    this.#tail =
      filter.until === undefined
        ? new LiveTail(
            { jobs, filter: this.#entrance.segments[last] ?? filter },
            {
              lines: (edges) => {
                this.#arrive(edges);
              },
              dropped: (count) => {
                this.#publish({ dropped: this.#snapshot.dropped + Math.max(1, count ?? 1) });
              },
              state: (tail) => {
                this.#publish({ tail });
              },
            },
          )
        : null;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): LogSnapshot => this.#snapshot;

  /** Where reading begins: at the end (upwards), at the first line (downwards), or at a time (both ways). */
  get begins(): Entrance['at'] {
    return this.#entrance.at;
  }

  /** True if the list scrolls to new lines at the end. */
  get isFollowed(): boolean {
    return this.#following;
  }

  /** Reads the first page or pages. */
  open(): void {
    if (this.#entrance.at !== 'start') void this.load('older');
    if (this.#entrance.at !== 'end') void this.load('newer');
  }

  close(): void {
    this.#abort.abort();
    this.#tail?.stop();
  }

  /** Stops the reads in progress; lines that were read stay. */
  cancel(): void {
    this.#running.older?.abort();
    this.#running.newer?.abort();
  }

  /** `isLive`: true if the jobs are not finished. Then they are followed once everything is read. */
  setLive(isLive: boolean): void {
    this.#isLive = isLive;
    this.#followIfDone();
  }

  /** `following`: true if the user sees new lines as they come. If not, new lines are counted. */
  follow(following: boolean): void {
    if (this.#following === following) return;
    this.#following = following;
    if (following) this.#publish({ unread: 0 });
  }

  /** Reads on at one end, unless there is nothing more or it is being read. */
  async load(direction: Direction): Promise<void> {
    const { state } = this.#snapshot[direction];
    if (state === 'loading' || state === 'done' || this.#abort.signal.aborted) return;
    const own = new AbortController();
    this.#running[direction] = own;
    this.#publish({ [direction]: { state: 'loading' }, searched: 0 });
    try {
      let empty = 0;
      while ((await this.#page(direction, AbortSignal.any([own.signal, this.#abort.signal]))) === 'empty') {
        empty += 1;
        this.#publish({ searched: empty });
        if (empty < MOST_EMPTY_PAGES) continue;
        this.#publish({ [direction]: { state: 'paused' } });
        break;
      }
    } catch (error) {
      this.#publish({
        [direction]: isAbort(error) ? { state: 'paused' } : { state: 'failed', error: asApiError(error) },
      });
    } finally {
      if (this.#running[direction] === own) this.#running[direction] = null;
    }
    this.#followIfDone();
  }

  async #page(direction: Direction, signal: AbortSignal): Promise<'lines' | 'empty' | 'done'> {
    const { segment, cursor } = this.#ends[direction];
    const { data } = await request(
      LogsDocument,
      {
        jobs: this.#jobs,
        filter: this.#entrance.segments[segment] ?? null,
        ...(direction === 'older' ? { last: PAGE, before: cursor } : { first: PAGE, after: cursor }),
      },
      signal,
    );
    return this.#take(direction, segment, data.logs);
  }

  #take(direction: Direction, segment: number, page: LogsQuery['logs']): 'lines' | 'empty' | 'done' {
    const { startCursor, endCursor, hasNextPage, hasPreviousPage } = page.pageInfo;
    const held = this.#ends[direction].cursor;
    const hasMore = direction === 'older' ? hasPreviousPage : hasNextPage;
    const next = segment + (direction === 'older' ? -1 : 1);
    const isLast = this.#entrance.segments[next] === undefined;
    // The first page sets both ends. A later page moves only the end that it was read at.
    const other = this.#ends[OPPOSITE[direction]];
    if (this.#snapshot.lines.length === 0 && other.segment === segment && other.cursor === null) {
      this.#ends[OPPOSITE[direction]] = { segment, cursor: direction === 'older' ? endCursor : startCursor };
    }
    this.#ends[direction] =
      hasMore || isLast
        ? { segment, cursor: (direction === 'older' ? startCursor : endCursor) ?? held }
        : { segment: next, cursor: null };
    const lines = page.edges
      .map(({ cursor, node }) => ({ ...node, cursor, segment, late: false }))
      .filter(({ id }) => !this.#known.has(id));
    for (const { id } of lines) this.#known.add(id);
    const isDone = !hasMore && isLast;
    const before = this.#snapshot.lines;
    const target = direction === 'newer' && segment === 1 ? (lines[0]?.id ?? null) : null;
    this.#publish({
      lines: direction === 'older' ? [...lines, ...before] : [...before, ...lines],
      [direction]: { state: isDone ? 'done' : lines.length === 0 ? 'loading' : 'more' },
      failures: page.failures,
      target: this.#snapshot.target ?? target,
    });
    this.#trim(OPPOSITE[direction]);
    if (isDone) return 'done';
    return lines.length === 0 ? 'empty' : 'lines';
  }

  /** Lets lines go at an end when there are too many; they are read again when the user scrolls there. */
  #trim(end: Direction): void {
    const { lines } = this.#snapshot;
    if (lines.length <= MOST_LINES) return;
    const kept = end === 'older' ? lines.slice(-KEPT_LINES) : lines.slice(0, KEPT_LINES);
    const edge = end === 'older' ? kept.find(({ late }) => !late) : kept.findLast(({ late }) => !late);
    if (edge === undefined) return;
    this.#running[end]?.abort();
    this.#ends[end] = { segment: edge.segment, cursor: edge.cursor };
    this.#known.clear();
    for (const { id } of kept) this.#known.add(id);
    if (end === 'newer') this.#tail?.stop();
    this.#publish({ lines: kept, [end]: { state: 'more' } });
  }

  #followIfDone(): void {
    if (
      this.#tail === null ||
      !this.#isLive ||
      this.#snapshot.newer.state !== 'done' ||
      this.#snapshot.older.state === 'loading'
    )
      return;
    if (this.#snapshot.failures.length === 0 || this.#snapshot.lines.length > 0) {
      this.#tail.start(this.#ends.newer.cursor);
    }
  }

  #arrive(edges: readonly Omit<LogLine, 'segment'>[]): void {
    const segment = this.#entrance.segments.length - 1;
    const fresh = edges.filter(({ id }) => !this.#known.has(id)).map((edge) => ({ ...edge, segment }));
    if (fresh.length === 0) return;
    const { lines, unread } = this.#snapshot;
    const last = fresh.findLast(({ late }) => !late);
    if (last !== undefined) this.#ends.newer = { segment, cursor: last.cursor };
    for (const { id } of fresh) this.#known.add(id);
    this.#publish({ lines: [...lines, ...fresh], unread: this.#following ? 0 : unread + fresh.length });
    this.#trim(this.#following ? 'older' : 'newer');
  }

  #publish(change: Partial<LogSnapshot>): void {
    if (this.#abort.signal.aborted) return;
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}
