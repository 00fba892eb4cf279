import type { Call } from '../../domain/call.ts';
import { nullIfNotFound, unknownJob } from '../../domain/errors.ts';
import type { Step, Task } from '../../domain/job.ts';
import type { JobStatus } from '../../domain/status.ts';
import type { Instant } from '../../domain/time.ts';
import { plainState, SERVICES, statusOf, STEP_OF_STATE } from './facts.ts';
import { wholeListPartition } from '../../pagination/whole-list.ts';
import type { Partition } from '../../pagination/core/partition.ts';
import type { Connector } from '../connector.ts';
import { partOf } from '../shared/parts.ts';
import type { JobLoader } from './jobs/loader.ts';
import type { LogReader } from './logs/reader.ts';
import { sayWhatIsMissing } from './logs/truncation.ts';
import type { Lacks } from './logs/truncation.ts';
import type { WireJob } from './wire.ts';

/** Steps are read from the job, tasks from its log. There are no attempts. */
export function createParts(source: string, jobs: JobLoader, reader: LogReader): Connector['parts'] {
  async function steps(job: string, call: Call): Promise<readonly Step[]> {
    const wire = await jobs.load(job, call);
    if (wire === null) throw unknownJob(source, job);
    return stepsOf(wire);
  }

  function tasks(job: string): Partition<Task> {
    let lacks: Lacks = { truncated: false };
    const partition = wholeListPartition('', async (call) => {
      const { tasks: table, truncated, odd } = await reader.tasks(job, call);
      // Lines of a group that is not known may be those of other tasks.
      lacks = { truncated, unreadable: odd.ofOtherGroups() };
      return table.all();
    });
    return sayWhatIsMissing(partition, () => lacks);
  }

  return {
    Step: {
      list: (job) => Promise.resolve([wholeListPartition('', (call) => steps(job, call))]),
      async find(job, key, call) {
        if (!SERVICES.some((service) => service === key)) return null;
        const wire = await jobs.load(job, call);
        return wire === null ? null : partOf(source, stepsOf(wire), key);
      },
    },
    Task: {
      list: (job) => Promise.resolve([tasks(job)]),
      async find(job, key, call) {
        const found = await reader.task(job, key, call).catch(nullIfNotFound);
        return found && found.tasks.get(key);
      },
    },
  };
}

/**
 * The three steps of a job. The vendor gives steps no status. It is derived from the job's state and the times of its
 * states, or else UNKNOWN.
 */
export function stepsOf(wire: WireJob): readonly Step[] {
  const entered = timesOfEntry(wire);
  return SERVICES.map((service, rank) => ({
    key: service,
    name: service,
    status: stepStatus(rank, wire, entered),
    nativeStatus: null,
    createdAt: null,
    startedAt: entered[rank]?.text ?? null,
    finishedAt: endOf(rank, wire, entered)?.text ?? null,
    attemptKey: null,
    time: BigInt(rank),
    tie: service,
  }));
}

/** When the job entered each step, by the step's rank; null: not yet, or unknown. */
function timesOfEntry(wire: WireJob): readonly (Instant | null)[] {
  const stamps = [...wire.stateTimestamps];
  return SERVICES.map((service) => {
    const times = stamps.flatMap(([state, at]) => (stepOf(state) === service ? [at] : []));
    return times.reduce<Instant | null>(
      (first, at) => (first === null || at.nanoseconds < first.nanoseconds ? at : first),
      null,
    );
  });
}

function stepStatus(rank: number, wire: WireJob, entered: readonly (Instant | null)[]): JobStatus {
  if (wire.state === null) return 'UNKNOWN';
  const job = statusOf(wire.state);
  if (job === 'QUEUED' || job === 'SUCCEEDED') return job;
  const current = stepOf(wire.state);
  const reached = current === undefined ? entered.findLastIndex((at) => at !== null) : SERVICES.indexOf(current);
  if (reached === -1) return job === 'CANCELLED' ? 'CANCELLED' : 'UNKNOWN';
  if (rank < reached) return 'SUCCEEDED';
  if (rank === reached) return job;
  // A failed job never reaches its later steps, and there is no status for that.
  if (job === 'CANCELLED') return 'CANCELLED';
  return job === 'RUNNING' || job === 'PAUSED' ? 'QUEUED' : 'UNKNOWN';
}

/** A step ends where the next one begins, or with the job. */
function endOf(rank: number, wire: WireJob, entered: readonly (Instant | null)[]): Instant | null {
  if ((entered[rank] ?? null) === null) return null;
  const next = entered.slice(rank + 1).find((at) => at !== null);
  return next ?? wire.endedAt ?? wire.completedAt;
}

function stepOf(state: string): (typeof SERVICES)[number] | undefined {
  const plain = plainState(state);
  return Object.hasOwn(STEP_OF_STATE, plain) ? STEP_OF_STATE[plain] : undefined;
}
