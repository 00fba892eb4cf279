import { createCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import { hasCode, TributaryError } from '../../domain/errors.ts';
import { endOfJob } from '../job-end.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import { isFinished } from '../../domain/status.ts';
import type { Partition } from '../../pagination/partition.ts';
import { followedLog } from '../followed-log.ts';
import type { FederatedSource } from '../source.ts';
import type { FeedSink, LocalDriver } from './feed.ts';
import type { Gap } from './gap.ts';
import { readEnd } from './log-end.ts';
import { Pace } from './pace.ts';
import { pollPartition } from './poll-partition.ts';
import { Rest } from './rest.ts';
import type { TailSettings } from './settings.ts';
import { StretchWatch } from './stretch-watch.ts';

export interface PollerOptions {
  readonly source: FederatedSource;
  readonly job: string;
  /** The caller's own `Authorization`, where the source forwards it. */
  readonly authorization: string | null;
  readonly settings: TailSettings;
  /** Told of each poll: for metrics. */
  readonly onPoll?: (() => void) | undefined;
}

/**
 * Follows one job by polling. Each poll reads again, from a little before the newest line, what came
 * before it: lines arrive late and in any order, and what was seen before is told apart by identity.
 */
export class Poller implements LocalDriver {
  readonly #options: PollerOptions;
  readonly #pace: Pace;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** Does it poll on and on? */
  #continues = false;
  /** Has a poll been asked for that has not begun? */
  #owes = false;
  #isLooping = false;
  /** The pause between two polls. */
  readonly #rest = new Rest();
  #partitions: readonly Partition<LogEntry>[] = [];
  readonly #stretches = new StretchWatch();
  #refreshedAt = -Infinity;
  /** When the job was first seen to be finished; null while it is not. */
  #finishedAt: number | null = null;
  /** Is the pause one that somebody who joins may cut short? */
  #isIdle = false;
  /** When the last poll began, by the clock that is never set. */
  #polledAt = -Infinity;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#pace = new Pace(options.settings);
  }

  start(sink: FeedSink): void {
    void this.begin(sink).then((begun) => {
      if (begun) this.resume(sink);
    });
  }

  async begin(sink: FeedSink): Promise<boolean> {
    const beginning = this.#begin(sink).then(
      () => !this.#isStopped(),
      (error: unknown) => {
        if (!this.#isStopped()) sink.broke(error);
        return false;
      },
    );
    this.#running = beginning.then(() => undefined);
    return beginning;
  }

  resume(sink: FeedSink): void {
    this.#continues = true;
    this.#loop(sink);
  }

  pause(): void {
    this.#continues = false;
    this.#rest.cutShort();
  }

  async catchUp(sink: FeedSink): Promise<void> {
    this.#owes = true;
    this.#loop(sink);
    await this.#running;
  }

  poke(): void {
    // When the next poll is near anyway it is not hurried, and a hurried one keeps the interval to the last one:
    // many subscribers must not make many polls.
    if (!this.#isIdle) return;
    this.#isIdle = false;
    this.#pace.reset();
    this.#rest.cutShort(this.#polledAt + this.#options.settings.intervalMilliseconds - performance.now());
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#rest.cutShort();
    await this.#running;
  }

  #loop(sink: FeedSink): void {
    this.#rest.cutShort();
    if (this.#isLooping || this.#isStopped()) return;
    this.#running = this.#run(sink).catch((error: unknown) => {
      if (!this.#isStopped()) sink.broke(error);
    });
  }

  async #run(sink: FeedSink): Promise<void> {
    this.#isLooping = true;
    try {
      while (this.#isWanted()) {
        this.#owes = false;
        const pause = await this.#poll(sink);
        if (pause === null) return;
        if (this.#isWanted()) await this.#sleep(pause);
      }
    } finally {
      // In the same turn as the last look at what is wanted: nobody can ask in between.
      this.#isLooping = false;
    }
  }

  #isWanted(): boolean {
    return !this.#isStopped() && (this.#continues || this.#owes);
  }

  /** Reads the end of the log, as often as it takes. A job that is not there at all breaks the feed. */
  async #begin(sink: FeedSink): Promise<void> {
    for (;;) {
      try {
        const call = this.#call();
        await this.#refresh(call, false, sink);
        const ends = await Promise.all(
          this.#partitions.map(async (partition) => readEnd(partition, this.#options.settings, call)),
        );
        const starts = ends.map(({ start }) => start).filter((start) => start !== null);
        const start = starts.reduce<bigint | null>((max, each) => (max === null || each > max ? each : max), null);
        sink.begin(
          ends.flatMap(({ lines }) => lines),
          start,
        );
        for (const gap of ends.flatMap(({ gaps }) => gaps)) sink.gap(this.#stretches.past(gap));
        return;
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        if (!isPassing(error)) throw error;
        sink.failed(error);
        await this.#sleep(this.#pace.failed(error.retryAfterSeconds));
      }
      if (this.#isStopped()) return;
    }
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  /** One poll; gives the pause until the next one, or null when the feed is over. */
  async #poll(sink: FeedSink): Promise<number | null> {
    this.#options.onPoll?.();
    this.#polledAt = performance.now();
    try {
      const call = this.#call();
      const changed = await this.#refreshIfDue(call, sink);
      // Asked before it is read: an answer may be long on its way, and what came meanwhile is not in it.
      const isLast = this.#isDrained();
      const fresh = await this.#readNew(sink, call);
      sink.recovered();
      sink.polled();
      if (isLast) {
        sink.ended('JOB_FINISHED');
        return null;
      }
      const drain = this.#untilDrainPoll();
      const pause = fresh === 0 && !changed ? this.#pace.idle() : this.#pace.active();
      this.#isIdle = this.#pace.isLong(pause);
      return drain === null ? pause : Math.min(pause, drain);
    } catch (error) {
      if (this.#stopped.signal.aborted) return null;
      if (hasCode(error, 'NOT_FOUND')) {
        sink.ended('SOURCE_GONE');
        return null;
      }
      if (!isPassing(error)) throw error;
      sink.failed(error);
      // What this poll was for has not been read.
      this.#owes = true;
      const pause = this.#pace.failed(error.retryAfterSeconds);
      // Nobody who joins may cut short what the source has asked for.
      this.#isIdle = error.retryAfterSeconds === undefined && this.#pace.isLong(pause);
      return pause;
    }
  }

  /** Reads what is new in each partition; one that fails does not keep back what others have. */
  async #readNew(sink: FeedSink, call: Call): Promise<number> {
    const tell = (gap: Gap): void => {
      if (!this.#stretches.isWatching) sink.gap(gap);
    };
    const counts = await Promise.allSettled(
      this.#partitions.map(async (partition) => pollPartition(partition, sink, tell, call)),
    );
    const failed = counts.find((count) => count.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return counts.reduce((sum, count) => sum + (count.status === 'fulfilled' ? count.value : 0), 0);
  }

  /** Asks now and then whether the job is finished and which partitions it has. Says whether its state changed. */
  async #refreshIfDue(call: Call, sink: FeedSink): Promise<boolean> {
    if (this.#finishedAt === null && Date.now() - this.#refreshedAt < this.#options.settings.refreshMilliseconds)
      return false;
    const was = this.#finishedAt !== null;
    await this.#refresh(call, true, sink);
    return was !== (this.#finishedAt !== null);
  }

  async #refresh(call: Call, begun: boolean, sink: FeedSink): Promise<void> {
    const { source, job } = this.#options;
    const [found] = await source.connector.getJobs([job], call);
    if (found instanceof Error) throw found;
    if (found === null || found === undefined) {
      throw new TributaryError('NOT_FOUND', `${source.name}: there is no such job.`, { source: source.name });
    }
    if (!isFinished(found.status)) this.#finishedAt = null;
    else this.#finishedAt ??= begun ? Date.now() : (endOfJob(found) ?? Date.now());
    const { partitions, stretch } = await followedLog(source.connector, job, {}, call);
    this.#partitions = partitions;
    const gap = this.#stretches.see(stretch, sink.overlapStart());
    if (gap !== null && begun) for (const { key } of partitions) sink.gap({ ...gap, partition: key });
    this.#refreshedAt = Date.now();
  }

  /** Has the finished job's log been read again for the last time? */
  #isDrained(): boolean {
    const last = this.#options.settings.drainMilliseconds.at(-1) ?? 0;
    return this.#finishedAt !== null && Date.now() - this.#finishedAt >= last;
  }

  #untilDrainPoll(): number | null {
    if (this.#finishedAt === null) return null;
    const since = Date.now() - this.#finishedAt;
    const next = this.#options.settings.drainMilliseconds.find((at) => at > since);
    return next === undefined ? 0 : next - since;
  }

  #call(): Call {
    return createCall({
      signal: this.#stopped.signal,
      authorization: this.#options.authorization,
      priority: 'poll',
      // A poll sees what there is when it begins: the last one of a job must not be content with an answer
      // that somebody asked for before the job was seen to be over.
      recency: { notBefore: performance.now(), inSequence: false },
    });
  }

  async #sleep(milliseconds: number): Promise<void> {
    if (!this.#isStopped()) await this.#rest.take(milliseconds);
  }
}

/** Failures of a source that may pass: the feed waits and asks again. */
function isPassing(error: unknown): error is TributaryError {
  return error instanceof TributaryError && error.code.startsWith('SOURCE_');
}
