import type { TributaryError } from '../domain/errors.ts';
import type { FeedSink } from '../federation/tail/feed/driver.ts';
import type { Gap } from '../federation/tail/feed/gap.ts';
import { lineKey } from '../federation/tail/feed/lines/line-window.ts';
import type { FeedLine, LineWindow } from '../federation/tail/feed/lines/line-window.ts';

/** Sends what the poller of a job finds to the other replicas. */
export interface Announcer {
  /** True if this replica polls for the others. */
  readonly leads: boolean;
  /** True if, as far as this replica knows, another one polls for it. */
  readonly follows: boolean;
  lines(lines: readonly FeedLine[]): void;
  gap(gap: Gap): void;
  failed(error: TributaryError): void;
  recovered(): void;
  polled(): void;
  ended(reason: 'JOB_FINISHED' | 'SOURCE_GONE'): void;
  broke(): void;
}

/** Passes what is read here to the feed, and announces the new part to the other replicas. */
export class AnnouncingSink implements FeedSink {
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
    // Other replicas know this gap already.
    if (isNew) this.#announcer.gap(gap);
    return isNew;
  }

  recovered(): void {
    this.#sink.recovered();
    this.#announcer.recovered();
  }

  polled(): void {
    // As a follower, this replica has made a single poll; how current the feed is depends on the leader's polls.
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

  /** Lines before our window count as new: another replica's window may begin earlier, and that replica decides. */
  #isNew({ entry, partition }: FeedLine): boolean {
    return !this.window.has(lineKey(partition, entry));
  }
}
