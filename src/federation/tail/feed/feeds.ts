import { NO_DEBUG_LOG } from '../../../domain/debug-log.ts';
import type { DebugLog } from '../../../domain/debug-log.ts';
import type { SharingStatistics, TailStatistics } from '../../api.ts';
import type { FederatedSource } from '../../source.ts';
import type { FeedDriver, LocalDriver } from './driver.ts';
import { Feed } from './feed.ts';
import { Poller } from '../poll/poller.ts';
import type { TailSettings } from '../settings.ts';

/** Identifies a feed. Callers with different credentials have separate feeds. */
export interface FeedKey {
  readonly source: FederatedSource;
  readonly job: string;
  /** The caller's `Authorization` if the source forwards it; otherwise null. */
  readonly authorization: string | null;
}

/** Makes the driver of a feed. `poll` makes the local poller, for drivers that poll only some of the time. */
export type DriverFactory = (key: FeedKey, poll: () => LocalDriver) => FeedDriver;

/** Shares pollers with other replicas. */
export interface TailSharing {
  readonly driver: DriverFactory;
  statistics(): SharingStatistics;
  /** Called after the drivers have stopped. */
  close(): void;
}

/** The feeds of one process: one for each combination of source, credential and job that has a subscriber. */
export class Feeds {
  #settings: TailSettings;
  readonly #sharing: TailSharing | null;
  readonly #debug: DebugLog;
  readonly #feeds = new Map<string, Feed>();
  readonly #stopping = new Set<Promise<void>>();
  /** Tells a source from an earlier one of the same name. */
  readonly #numbers = new WeakMap<FederatedSource, number>();
  #sources = 0;
  #polls = 0;
  /** Of feeds that are closed. */
  #repeatedLines = 0;
  #gaps = 0;
  #droppedLines = 0;

  /** Without `sharing`, this process polls every job. */
  constructor(settings: TailSettings, sharing: TailSharing | null = null, debug: DebugLog = NO_DEBUG_LOG) {
    this.#settings = settings;
    this.#sharing = sharing;
    this.#debug = debug;
  }

  /** The feed of a job. It starts when its first listener joins and stops when the last one leaves. */
  open(key: FeedKey): Feed {
    const name = JSON.stringify([this.#numberOf(key.source), key.authorization, key.job]);
    const known = this.#feeds.get(name);
    if (known !== undefined && known.state.kind !== 'ended' && known.state.kind !== 'broken') return known;
    const facts = { source: key.source.name, job: key.job };
    this.#debug('tail opened', facts);
    const feed: Feed = new Feed(this.#settingsOf(key), this.#driver(key), () => {
      this.#debug('tail closed: the job has no subscribers', facts);
      this.#repeatedLines += feed.window.repeatedLines;
      if (this.#feeds.get(name) === feed) this.#feeds.delete(name);
      const stopped = feed.stop().finally(() => this.#stopping.delete(stopped));
      this.#stopping.add(stopped);
    });
    this.#feeds.set(name, feed);
    return feed;
  }

  /** Changes the settings for jobs that are first followed from now on. */
  settle(settings: TailSettings): void {
    this.#settings = settings;
  }

  /** Counts that a subscriber is told of missing lines; null: their number is not known. */
  noteDropped(lines: number | null): void {
    this.#gaps += 1;
    this.#droppedLines += lines ?? 0;
  }

  statistics(): TailStatistics {
    const feeds = [...this.#feeds.values()];
    return {
      feeds: feeds.length,
      subscribers: feeds.reduce((sum, feed) => sum + feed.listeners, 0),
      windowLines: feeds.reduce((sum, { window }) => sum + window.size, 0),
      windowBytes: feeds.reduce((sum, { window }) => sum + window.bytes, 0),
      polls: this.#polls,
      lagSeconds: lagOf(feeds),
      gaps: this.#gaps,
      droppedLines: this.#droppedLines,
      repeatedLines: feeds.reduce((sum, { window }) => sum + window.repeatedLines, this.#repeatedLines),
      sharing: this.#sharing?.statistics() ?? null,
    };
  }

  /** Stops the open feeds and waits for those that are already stopping. */
  async close(): Promise<void> {
    await Promise.all([...this.#feeds.values()].map(async (feed) => feed.stop()));
    this.#feeds.clear();
    await Promise.all(this.#stopping);
    this.#sharing?.close();
  }

  #numberOf(source: FederatedSource): number {
    const number = this.#numbers.get(source) ?? (this.#sources += 1);
    this.#numbers.set(source, number);
    return number;
  }

  #driver(key: FeedKey): FeedDriver {
    return this.#sharing === null ? this.#poller(key) : this.#sharing.driver(key, () => this.#poller(key));
  }

  #settingsOf({ source }: FeedKey): TailSettings {
    return { ...this.#settings, ...source.tail };
  }

  #poller(key: FeedKey): LocalDriver {
    const { source, job, authorization } = key;
    const onPoll = (): void => {
      this.#polls += 1;
    };
    return new Poller({ source, job, authorization, settings: this.#settingsOf(key), onPoll, debug: this.#debug });
  }
}

function lagOf(feeds: readonly Feed[]): number {
  const now = performance.now();
  const followed = feeds.filter(({ state }) => state.kind !== 'ended' && state.kind !== 'broken');
  return Math.max(0, ...followed.map(({ overlap }) => (now - overlap.readAt) / 1_000));
}
