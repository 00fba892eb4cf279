import type { Call } from '../../domain/call.ts';
import type { LogEntry, LogScope } from '../../domain/log-entry.ts';
import type { Partition } from '../../pagination/core/partition.ts';
import type { Connector } from '../connector.ts';
import { noSuchAttempt } from '../shared/parts.ts';
import { refusedPartition } from '../shared/refused-partition.ts';
import { oddPartitions } from '../shared/rows.ts';
import { findRun } from './parts.ts';
import type { RunSources } from './parts.ts';
import { FEW, selectRuns } from './pushdown.ts';
import type { RunSelection } from './pushdown.ts';

/**
 * The log of a job consists of the logs of its schedules, and theirs of the logs of their runs: one partition per
 * schedule.
 */
export function createLogs(sources: RunSources): Connector['logs'] {
  const { source, details, singles, partitions } = sources;

  /** The schedules that may contain these runs. */
  async function schedulesWith(job: string, runs: readonly string[], call: Call): Promise<readonly string[]> {
    const { data, odd } = await details.allSchedules(job, call);
    // A run that is in no readable schedule may be in an unreadable one.
    if (odd.length > 0) await Promise.all(runs.map(async (runId) => findRun(sources, job, runId, call)));
    return data.map(({ scheduleId }) => scheduleId);
  }

  async function logPartitions(
    { job, step, attempt }: LogScope,
    { schedules, runs }: RunSelection,
    call: Call,
  ): Promise<Partition<LogEntry>[]> {
    if (runs === null) return logsOfSchedules(job, schedules, step !== undefined, call);
    const known = runs.map((runId) => singles.recall(job, runId, call)).filter((run) => run !== null);
    const unknown = runs.filter((runId) => !known.some(({ run }) => run.runId === runId));
    if (attempt !== undefined && unknown.length > 0) return [await logOfAttempt(job, attempt, schedules, call)];
    const wanted = schedules ?? (unknown.length === 0 ? known.map(({ schedule }) => schedule) : null);
    const places = wanted ?? (await schedulesWith(job, unknown, call));
    return [...new Set(places)].map((schedule) => {
      const here = known.filter((run) => run.schedule === schedule);
      return partitions.logsOfRuns({ job, schedule }, unknown, here);
    });
  }

  /** The log of a requested attempt. Throws NOT_FOUND if the job has no such attempt. */
  async function logOfAttempt(
    job: string,
    runId: string,
    schedules: readonly string[] | null,
    call: Call,
  ): Promise<Partition<LogEntry>> {
    const runs =
      schedules === null
        ? [await findRun(sources, job, runId, call)]
        : await Promise.all(schedules.map(async (schedule) => singles.find({ job, schedule }, runId, call)));
    const found = runs.find((run) => run !== null);
    if (found === undefined) return refusedPartition(runId, noSuchAttempt(source));
    return partitions.logsOfRuns({ job, schedule: found.schedule }, [], [found]);
  }

  async function logsOfSchedules(
    job: string,
    schedules: readonly string[] | null,
    named: boolean,
    call: Call,
  ): Promise<Partition<LogEntry>[]> {
    if (schedules !== null && schedules.length <= FEW) {
      return schedules.map((schedule) => partitions.logs({ job, schedule }, named));
    }
    const { data, odd } = await details.allSchedules(job, call);
    const wanted = data.filter(({ scheduleId }) => schedules?.includes(scheduleId) ?? true);
    const logs = wanted.map(({ scheduleId }) => partitions.logs({ job, schedule: scheduleId }, false));
    return schedules === null ? [...logs, ...oddPartitions<LogEntry>(odd)] : logs;
  }

  return async (scope, filter, call) => {
    const selection = selectRuns(scope, filter);
    return { partitions: await logPartitions(scope, selection, call), applied: selection.applied };
  };
}
