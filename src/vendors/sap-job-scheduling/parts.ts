import type { Call } from '../../domain/call.ts';
import { nullIfNotFound } from '../../domain/errors.ts';
import type { Attempt, Step } from '../../domain/job.ts';
import { wholeListPartition } from '../../pagination/whole-list.ts';
import type { Connector } from '../connector.ts';
import { partOf, refuseOdd, standInParts } from '../shared/parts.ts';
import { oddPartitions, readable } from '../shared/rows.ts';
import type { JobDetails } from './jobs/details.ts';
import { toStep } from './jobs/mapping.ts';
import { isJobKey } from './keys.ts';
import type { RunPartitions } from './runs/partitions.ts';
import { toAttempt } from './runs/records.ts';
import type { PlacedRun, SingleRuns } from './runs/singles.ts';

export interface RunSources {
  /** The name of the source. */
  readonly source: string;
  readonly details: JobDetails;
  readonly singles: SingleRuns;
  readonly partitions: RunPartitions;
}

/** Steps are a job's schedules, attempts the runs of these; there are no tasks. */
export function createParts(sources: RunSources): Connector['parts'] {
  const { source, details, partitions } = sources;

  async function steps(job: string, call: Call): Promise<Step[]> {
    const { data, odd } = await details.allSchedules(job, call);
    return [...data.map(toStep), ...standInParts(odd)];
  }

  return {
    Attempt: {
      async list(job, call, within) {
        const { data, odd } = await details.allSchedules(job, call);
        const wanted = data.filter(({ scheduleId }) => within?.step === undefined || within.step === scheduleId);
        const attempts = wanted.map(({ scheduleId }) => partitions.attempts({ job, schedule: scheduleId }));
        return within?.step === undefined ? [...attempts, ...oddPartitions<Attempt>(odd)] : attempts;
      },
      async find(job, key, call) {
        if (!isJobKey(job)) return null;
        const found = await findRun(sources, job, key, call).catch(nullIfNotFound);
        return found === null ? null : toAttempt(found.schedule, found.run);
      },
    },
    Step: {
      list: (job) => Promise.resolve([readable(wholeListPartition('', (call) => steps(job, call)))]),
      async find(job, key, call) {
        const found = await steps(job, call).catch(nullIfNotFound);
        return found === null ? null : partOf(source, found, key);
      },
    },
  };
}

/** Null: no schedule has the run. Throws SOURCE_BAD_RESPONSE if an unreadable schedule may have it. */
export async function findRun(
  { source, details, singles }: RunSources,
  job: string,
  runId: string,
  call: Call,
): Promise<PlacedRun | null> {
  const known = singles.recall(job, runId, call);
  if (known !== null) return known;
  const { data: schedules, odd } = await details.allSchedules(job, call);
  const answers = await Promise.allSettled(
    schedules.map(async ({ scheduleId }) => singles.find({ job, schedule: scheduleId }, runId, call)),
  );
  let failure: unknown = null;
  for (const answer of answers) {
    if (answer.status === 'rejected') failure ??= answer.reason;
    else if (answer.value !== null) return answer.value;
  }
  // The schedule that failed may be the one with the run.
  if (failure !== null) throw failure as Error;
  refuseOdd(source, odd[0]);
  return null;
}
