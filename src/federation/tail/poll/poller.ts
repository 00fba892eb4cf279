/** One file, although a long one: all steps of a poller share its state. */
import { createCall } from '../../../domain/call.ts';
import type { Call } from '../../../domain/call.ts';
import type { DebugLog } from '../../../domain/debug-log.ts';
import { hasCode, TributaryError } from '../../../domain/errors.ts';
import type { FederatedSource } from '../../source.ts';
import type { FeedSink, LocalDriver } from '../feed/driver.ts';
import type { Gap } from '../feed/gap.ts';
import { JobWatch } from './job-watch.ts';
import { readEnd } from './log-end.ts';
import { Pace } from './pace.ts';
import { pollPartition } from './poll-partition.ts';
import { Pause } from './pause.ts';
import type { TailSettings } from '../settings.ts';

export interface PollerOptions {
  readonly source: FederatedSource;
  readonly job: string;
  /** The caller's own `Authorization`, if the source forwards it. */
  readonly authorization: string | null;
  readonly settings: TailSettings;
  /** Called on each poll, for metrics. */
  readonly onPoll?: (() => void) | undefined;
  /** Receives the outcome of each poll. */
  readonly debug?: DebugLog | undefined;
}

/**
 * Follows one job by polling. Each poll starts a little before the newest line, because lines arrive late and in any
 * order. Lines that are read again are recognised by identity.
 */
export class Poller implements LocalDriver {
  readonly #options: PollerOptions;
  readonly #pace: Pace;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** True while it polls continuously. */
  #continues = false;
  /** True if a poll was requested that has not begun. */
  #isRequested = false;
  #isLooping = false;
  /** The pause between two polls. */
  readonly #pause = new Pause();
  readonly #watch: JobWatch;
  /** True if a new subscriber may cut the current pause short. */
  #isIdle = false;
  /** When the last poll began, by the monotonic clock. */
  #polledAt = -Infinity;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#pace = new Pace(options.settings);
    this.#watch = new JobWatch(options.source, options.job, options.settings);
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
    this.#pause.cutShort();
  }

  async catchUp(sink: FeedSink): Promise<void> {
    this.#isRequested = true;
    this.#loop(sink);
    await this.#running;
  }

  poke(): void {
    // A poll that is near anyway is not hurried, and a hurried one keeps the minimum interval since the last one: many
    // subscribers must not cause many polls.
    if (!this.#isIdle) return;
    this.#isIdle = false;
    this.#pace.reset();
    this.#pause.cutShort(this.#polledAt + this.#options.settings.intervalMilliseconds - performance.now());
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#pause.cutShort();
    await this.#running;
  }

  #loop(sink: FeedSink): void {
    this.#pause.cutShort();
    if (this.#isLooping || this.#isStopped()) return;
    this.#running = this.#run(sink).catch((error: unknown) => {
      if (!this.#isStopped()) sink.broke(error);
    });
  }

  async #run(sink: FeedSink): Promise<void> {
    this.#isLooping = true;
    try {
      while (this.#isWanted()) {
        this.#isRequested = false;
        const pause = await this.#poll(sink);
        if (pause === null) return;
        if (this.#isWanted()) await this.#sleep(pause);
      }
    } finally {
      // No `await` lies between the last check of `#isWanted` and this line, so no request for a poll can be missed.
      this.#isLooping = false;
    }
  }

  #isWanted(): boolean {
    return !this.#isStopped() && (this.#continues || this.#isRequested);
  }

  /** Reads the end of the log, with retries. If the job does not exist, the feed breaks. */
  async #begin(sink: FeedSink): Promise<void> {
    for (;;) {
      try {
        const call = this.#call();
        await this.#watch.begin(call);
        const ends = await Promise.all(
          this.#watch.partitions.map(async (partition) => readEnd(partition, this.#options.settings, call)),
        );
        const starts = ends.map(({ start }) => start).filter((start) => start !== null);
        const start = starts.reduce<bigint | null>((max, each) => (max === null || each > max ? each : max), null);
        sink.begin(
          ends.flatMap(({ lines }) => lines),
          start,
        );
        this.#watch.sawNewest(sink.window.newest);
        for (const gap of ends.flatMap(({ gaps }) => gaps)) sink.gap(this.#watch.pastGap(gap));
        this.#log('tail began', { lines: ends.reduce((sum, { lines }) => sum + lines.length, 0) });
        return;
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        if (!isPassing(error)) throw error;
        sink.failed(error);
        const pause = this.#pace.failed(error.retryAfterSeconds);
        this.#log('tail could not begin', { code: error.code, pauseMilliseconds: Math.round(pause) });
        await this.#sleep(pause);
      }
      if (this.#isStopped()) return;
    }
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  /** One poll. Returns the pause until the next one, or null when the feed has ended. */
  async #poll(sink: FeedSink): Promise<number | null> {
    this.#options.onPoll?.();
    this.#polledAt = performance.now();
    try {
      const call = this.#call();
      const changed = await this.#lookAtJob(call, sink);
      // Checked before the read: the answer may take long, and lines written in the meantime are not in it.
      const isLast = this.#watch.isDrained;
      const fresh = await this.#readNew(sink, call);
      sink.recovered();
      sink.polled();
      if (isLast) {
        this.#log('tail ended', { reason: 'JOB_FINISHED' });
        sink.ended('JOB_FINISHED');
        return null;
      }
      const drain = this.#watch.untilNextDrain();
      const pace = fresh === 0 && !changed ? this.#pace.idle() : this.#pace.active();
      this.#isIdle = this.#pace.isLong(pace);
      const pause = drain === null ? pace : Math.min(pace, drain);
      this.#log('polled', { newLines: fresh, pauseMilliseconds: Math.round(pause) });
      return pause;
    } catch (error) {
      if (this.#stopped.signal.aborted) return null;
      if (hasCode(error, 'NOT_FOUND')) {
        this.#log('tail ended', { reason: 'SOURCE_GONE' });
        sink.ended('SOURCE_GONE');
        return null;
      }
      if (!isPassing(error)) throw error;
      sink.failed(error);
      // The request that this poll was made for is still open.
      this.#isRequested = true;
      const pause = this.#pace.failed(error.retryAfterSeconds);
      // A new subscriber must not cut short a pause that the source has asked for.
      this.#isIdle = error.retryAfterSeconds === undefined && this.#pace.isLong(pause);
      this.#log('poll failed', { code: error.code, pauseMilliseconds: Math.round(pause) });
      return pause;
    }
  }

  /** Reads what is new in each partition. If one fails, the lines of the others still reach the feed. */
  async #readNew(sink: FeedSink, call: Call): Promise<number> {
    const tell = (gap: Gap): void => {
      // Unreadable lines are in the current stretch, so they are reported even if the log has stretches.
      if (!this.#watch.hasStretches || gap.lines !== undefined) sink.gap(gap);
    };
    const counts = await Promise.allSettled(
      this.#watch.partitions.map(async (partition) => pollPartition(partition, sink, tell, call)),
    );
    const failed = counts.find((count) => count.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return counts.reduce((sum, count) => sum + (count.status === 'fulfilled' ? count.value : 0), 0);
  }

  /** Checks, at intervals, whether the job is finished and which partitions it has. True if it has finished or resumed. */
  async #lookAtJob(call: Call, sink: FeedSink): Promise<boolean> {
    if (!this.#watch.isDue) return false;
    const was = this.#watch.isFinished;
    for (const gap of await this.#watch.look(call, sink.overlapStart())) sink.gap(gap);
    return was !== this.#watch.isFinished;
  }

  #log(decision: string, facts: Readonly<Record<string, string | number>>): void {
    const { debug, source, job } = this.#options;
    debug?.(decision, { source: source.name, job, ...facts });
  }

  #call(): Call {
    return createCall({
      signal: this.#stopped.signal,
      authorization: this.#options.authorization,
      priority: 'poll',
      comesAgain: true,
      // A poll must read the current state: the last poll of a job must not reuse an answer to a call that another
      // caller sent before the job was seen to be finished.
      recency: { notBefore: performance.now(), inSequence: false },
    });
  }

  async #sleep(milliseconds: number): Promise<void> {
    if (!this.#isStopped()) await this.#pause.take(milliseconds);
  }
}

/** True if the failure of the source may be temporary: the poller waits and tries again. */
function isPassing(error: unknown): error is TributaryError {
  return error instanceof TributaryError && error.code.startsWith('SOURCE_');
}
