import type { Call } from '../../../domain/call.ts';
import type { LogScope } from '../../../domain/log-entry.ts';
import type { LogFilter } from '../../../domain/log-filter.ts';
import type { Connector, FollowedLog, LogReading } from '../../connector.ts';
import { noSuchAttempt } from '../../shared/parts.ts';
import { refusedPartition } from '../../shared/refused-partition.ts';
import { readable } from '../../shared/rows.ts';
import { noSuchJob } from '../errors.ts';
import { placeOf } from '../keys.ts';
import { planScope } from '../pushdown.ts';
import { attemptsPartition, currentPartition, followedAttempts, joinAttempts } from './followed.ts';
import { attemptPartition, logPartition } from './partitions.ts';
import type { LogPartitionOptions } from './partitions.ts';

/** The logs of the jobs in these workspaces. */
export function createLogs(
  workspaces: readonly string[],
  options: LogPartitionOptions,
): Required<Pick<Connector, 'logs' | 'follow'>> {
  const { source, reader } = options;

  async function logs(scope: LogScope, filter: LogFilter, call: Call): Promise<LogReading> {
    const place = placeOf(scope.job, workspaces);
    if (place === null) return { partitions: [refusedPartition('', noSuchJob(source, scope.job))], applied: [] };
    const plan = planScope(scope, filter);
    if (plan === null) return { partitions: [], applied: [] };
    const { applied, narrowed } = plan;
    const selection = { place, step: plan.step, task: plan.task };
    if (plan.attempts === null) {
      return { partitions: [logPartition({ ...selection, attemptKey: null }, options)], applied, narrowed };
    }
    const asked = await Promise.all(
      plan.attempts.map(async (key) => ({ key, partition: await attemptPartition(key, selection, options, call) })),
    );
    const partitions = joinAttempts(asked);
    if (partitions.length > 0 || scope.attempt === undefined) return { partitions, applied, narrowed };
    return { partitions: [refusedPartition(scope.attempt, noSuchAttempt(source))], applied, narrowed };
  }

  async function follow(key: string, filter: LogFilter, call: Call): Promise<FollowedLog> {
    const place = placeOf(key, workspaces);
    const plan = planScope({ job: key }, filter);
    const current = place === null ? null : ((await reader.job(place, call))?.attempt_id ?? null);
    if (place === null || plan === null || current === null) return logs({ job: key }, filter, call);
    const { applied, narrowed } = plan;
    const selection = { place, step: plan.step, task: plan.task };
    const attempts = await followedAttempts(current, selection, options, call);
    if (!reader.namesAttempts()) {
      if (plan.attempts !== null) return { ...(await logs({ job: key }, filter, call)), stretch: current };
      const partition = currentPartition(attempts, selection, options);
      return { partitions: [partition], applied, narrowed, stretch: current };
    }
    const wanted = attempts.filter((attempt) => plan.attempts?.includes(attempt.key) ?? true);
    const partitions = wanted.length === 0 ? [] : [attemptsPartition(wanted, selection, options)];
    return { partitions, applied, narrowed };
  }

  return {
    logs: async (scope, filter, call) => readableLog(await logs(scope, filter, call)),
    follow: async (job, filter, call) => readableLog(await follow(job, filter, call)),
  };
}

function readableLog<T extends LogReading>(reading: T): T {
  return { ...reading, partitions: reading.partitions.map((partition) => readable(partition)) };
}
