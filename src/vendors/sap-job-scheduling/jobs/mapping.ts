import type { Job, Step } from '../../../domain/job.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { present } from '../../shared/wire.ts';
import { statusOfFlag, statusOfJob } from '../facts.ts';
import type { NativeJob, NativeSchedule } from '../wire.ts';

export function toJob(source: string, key: string, job: NativeJob): Job {
  return {
    source,
    key,
    name: job.name ?? key,
    status: statusOfJob(job),
    nativeStatus: null,
    createdAt: job.createdAt?.text ?? null,
    // A job's own start and end are those of its plan, not of any work.
    startedAt: null,
    finishedAt: null,
    attributes: attributesOf(job),
  };
}

export function toStep(schedule: NativeSchedule): Step {
  const { scheduleId, description, active, startTime } = schedule;
  return {
    key: scheduleId,
    name: description === null || description === '' ? scheduleId : description,
    status: statusOfFlag(active),
    nativeStatus: null,
    createdAt: null,
    startedAt: null,
    finishedAt: null,
    attemptKey: null,
    time: startTime?.nanoseconds ?? 0n,
    tie: scheduleId,
  };
}

/** Left out: the action's URL (it may hold secrets), users, tenants and alerting. */
function attributesOf(job: NativeJob): JsonObject | null {
  return present({
    description: job.description === '' ? null : job.description,
    jobType: job.jobType,
    httpMethod: job.httpMethod,
    startTime: job.startTime?.text ?? null,
    endTime: job.endTime?.text ?? null,
    activeSchedules: job.ACTIVECOUNT ?? countSchedules(job, true),
    inactiveSchedules: job.INACTIVECOUNT ?? countSchedules(job, false),
  });
}

function countSchedules(job: NativeJob, active: boolean): number | null {
  return job.schedules?.filter((schedule) => schedule.active === active).length ?? null;
}
