import type { TributaryError } from '../domain/errors.ts';
import type { FeedSink } from '../federation/tail/feed/driver.ts';
import type { Gap } from '../federation/tail/feed/gap.ts';
import { lineKey } from '../federation/tail/feed/lines/line-window.ts';
import type { FeedLine, LineWindow } from '../federation/tail/feed/lines/line-window.ts';

/** What the poller of a job tells other replicas. */
export interface Announcer {
  /** Does this replica poll for the others? */
  readonly leads: boolean;
  /** Does another replica poll for this one, as far as is known? */
  readonly follows: boolean;
  lines(lines: readonly FeedLine[]): void;
  gap(gap: Gap): void;
  failed(error: TributaryError): void;
  recovered(): void;
  polled(): void;
  ended(reason: 'JOB_FINISHED' | 'SOURCE_GONE'): void;
  broke(): void;
}

/** Passes on to the feed what is read here, and announces what is new of it. */
export class Outlet implements FeedSink {
  readonly #sink: FeedSink;
  readonly #announcer: Announcer;

  constructor(sink: FeedSink, announcer: Announcer) {
    this.#sink = sink;
    this.#announcer = announcer;
  }

  get window(): LineWindow {
    return this.#sink.window;
  }

  overlapStart(): bigint | null {
    return this.#sink.overlapStart();
  }

  begin(lines: readonly FeedLine[], start: bigint | null): void {
    this.#sink.begin(lines, start);
  }

  accept(lines: readonly FeedLine[]): number {
    const fresh = this.#announcer.leads ? lines.filter((line) => this.#isNew(line)) : [];
    const count = this.#sink.accept(lines);
    if (fresh.length > 0) this.#announcer.lines(fresh);
    return count;
  }

  gap(gap: Gap): boolean {
    const isNew = this.#sink.gap(gap);
    // What was known is no news to the others either.
    if (isNew) this.#announcer.gap(gap);
    return isNew;
  }

  recovered(): void {
    this.#sink.recovered();
    this.#announcer.recovered();
  }

  polled(): void {
    // A single poll of one's own says nothing of those of the leader, which go on.
    if (!this.#announcer.follows) this.#sink.polled();
    this.#announcer.polled();
  }

  failed(error: TributaryError): void {
    this.#sink.failed(error);
    this.#announcer.failed(error);
  }

  ended(reason: 'JOB_FINISHED' | 'SOURCE_GONE'): void {
    this.#sink.ended(reason);
    this.#announcer.ended(reason);
  }

  broke(error: unknown): void {
    this.#sink.broke(error);
    this.#announcer.broke();
  }

  /** Another replica's window may begin earlier than ours: what lies before ours is for it to judge. */
  #isNew({ entry, partition }: FeedLine): boolean {
    return !this.window.has(lineKey(partition, entry));
  }
}
