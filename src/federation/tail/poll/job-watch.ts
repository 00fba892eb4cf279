import type { Call } from '../../../domain/call.ts';
import { unknownJob } from '../../../domain/errors.ts';
import type { Job } from '../../../domain/job.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import { isFinished } from '../../../domain/status.ts';
import type { Partition } from '../../../pagination/core/partition.ts';
import { followedLog } from '../../logs/followed-log.ts';
import { endOfJob } from '../../jobs/job-end.ts';
import type { FederatedSource } from '../../source.ts';
import type { Gap } from '../feed/gap.ts';
import type { TailSettings } from '../settings.ts';
import { StretchWatch } from './stretch-watch.ts';

type WatchSettings = Pick<TailSettings, 'refreshMilliseconds' | 'drainMilliseconds'>;

/**
 * If the source does not say when a finished job ended, and its last line is older than this, the job is taken to have
 * ended with that line.
 */
const LONG_SILENT_MILLISECONDS = 600_000;

/** The result of the last check of a job: whether it is finished, and the partitions of its log. */
export class JobWatch {
  readonly #source: FederatedSource;
  readonly #job: string;
  readonly #settings: WatchSettings;
  readonly #stretches = new StretchWatch();
  #partitions: readonly Partition<LogEntry>[] = [];
  #lookedAt = -Infinity;
  /** When the job ended, or when it was first seen to be finished; null while it runs. */
  #finishedAt: number | null = null;
  /** True if the source says when a finished job ended. */
  #saysEnd = true;

  constructor(source: FederatedSource, job: string, settings: WatchSettings) {
    this.#source = source;
    this.#job = job;
    this.#settings = settings;
  }

  get partitions(): readonly Partition<LogEntry>[] {
    return this.#partitions;
  }

  /** True if the source returns one stretch of the log at a time. Polls then report no gaps; a change of stretch does. */
  get hasStretches(): boolean {
    return this.#stretches.isWatching;
  }

  get isFinished(): boolean {
    return this.#finishedAt !== null;
  }

  get isDue(): boolean {
    return this.isFinished || Date.now() - this.#lookedAt >= this.#settings.refreshMilliseconds;
  }

  /** True if the last read that follows the job's end is due. */
  get isDrained(): boolean {
    const last = this.#settings.drainMilliseconds.at(-1) ?? 0;
    return this.#finishedAt !== null && Date.now() - this.#finishedAt >= last;
  }

  /** Milliseconds until the next read that follows the job's end; null while the job runs. */
  untilNextDrain(): number | null {
    if (this.#finishedAt === null) return null;
    const since = Date.now() - this.#finishedAt;
    const next = this.#settings.drainMilliseconds.find((at) => at > since);
    return next === undefined ? 0 : next - since;
  }

  /** The first check. Throws NOT_FOUND if the job does not exist. */
  async begin(call: Call): Promise<void> {
    const { job, stretch } = await this.#look(call);
    const end = endOfJob(job);
    this.#saysEnd = end !== null;
    this.#finishedAt = isFinished(job.status) ? (end ?? Date.now()) : null;
    this.#stretches.see(stretch, null);
  }

  /** The end of the log was read; `newest` is the instant of its newest line, in nanoseconds. */
  sawNewest(newest: bigint | null): void {
    if (this.#finishedAt === null || this.#saysEnd || newest === null) return;
    const at = Number(newest / 1_000_000n);
    if (Date.now() - at > LONG_SILENT_MILLISECONDS) this.#finishedAt = at;
  }

  /**
   * A further check. `readFrom`: the instant from which polls read. Returns the gaps that a change of stretch has
   * caused.
   */
  async look(call: Call, readFrom: bigint | null): Promise<readonly Gap[]> {
    const { job, stretch } = await this.#look(call);
    if (!isFinished(job.status)) this.#finishedAt = null;
    else this.#finishedAt ??= Date.now();
    const gap = this.#stretches.see(stretch, readFrom);
    return gap === null ? [] : this.#partitions.map(({ key }) => ({ ...gap, partition: key }));
  }

  /** Completes a gap that the first read of the log has found. */
  pastGap(gap: Gap): Gap {
    return this.#stretches.past(gap);
  }

  async #look(call: Call): Promise<{ job: Job; stretch: string | undefined }> {
    const { connector, name } = this.#source;
    const [job] = await connector.getJobs([this.#job], call);
    if (job instanceof Error) throw job;
    if (job === null || job === undefined) throw unknownJob(name, this.#job);
    const { partitions, stretch } = await followedLog(connector, this.#job, {}, call);
    this.#partitions = partitions;
    this.#lookedAt = Date.now();
    return { job, stretch };
  }
}
