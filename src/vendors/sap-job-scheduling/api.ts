import type { Call } from '../../domain/call.ts';
import type { HttpReply, SourceHttp } from '../../http/client.ts';
import { jobAnswerDecoder, jobPageDecoder, schedulePageDecoder } from './wire.ts';
import { runDecoder, runPageDecoder } from './runs/wire.ts';
import type { NativeJob, NativeJobPage, NativeSchedulePage } from './wire.ts';
import type { NativeRun, NativeRunPage } from './runs/wire.ts';

/** The API calls, with decoded answers. */

type Query = Readonly<Record<string, string | number | null>>;

/** A schedule of a job. */
export interface ScheduleRef {
  readonly job: string;
  readonly schedule: string;
}

export async function getJobs(http: SourceHttp, query: Query, call: Call): Promise<NativeJobPage> {
  return (await http.json({ method: 'GET', path: JOBS, route: ROUTE, query }, jobPageDecoder, call)).data;
}

/** Fetches a job, with its schedules if requested and if the instance returns them in the same answer. */
export async function getJob(http: SourceHttp, job: string, withSchedules: boolean, call: Call): Promise<NativeJob> {
  const query = withSchedules ? { displaySchedules: true } : undefined;
  const request = { method: 'GET', path: [...JOBS, job], route: `${ROUTE}/{job}`, query } as const;
  return (await http.json(request, jobAnswerDecoder, call)).data;
}

export async function getSchedules(
  http: SourceHttp,
  job: string,
  query: Query,
  call: Call,
): Promise<NativeSchedulePage> {
  const path = [...JOBS, job, 'schedules'];
  const request = { method: 'GET', path, route: `${ROUTE}/{job}/schedules`, query } as const;
  return (await http.json(request, schedulePageDecoder, call)).data;
}

/** Fetches runs. A single run that is too large for an answer comes with its strings cut. */
export function getRuns(
  http: SourceHttp,
  ref: ScheduleRef,
  query: Query & { readonly page_size: number },
  call: Call,
): Promise<HttpReply<NativeRunPage>> {
  const cutsStrings = query.page_size === 1;
  const request = { method: 'GET', path: runsPath(ref), route: RUNS_ROUTE, query, cutsStrings } as const;
  return http.json(request, runPageDecoder, call);
}

export function getRun(http: SourceHttp, ref: ScheduleRef, run: string, call: Call): Promise<HttpReply<NativeRun>> {
  const path = [...runsPath(ref), run];
  const request = { method: 'GET', path, route: `${RUNS_ROUTE}/{run}`, cutsStrings: true } as const;
  return http.json(request, runDecoder, call);
}

const JOBS = ['scheduler', 'jobs'];
const ROUTE = '/scheduler/jobs';
const RUNS_ROUTE = `${ROUTE}/{job}/schedules/{schedule}/runs`;

function runsPath({ job, schedule }: ScheduleRef): readonly string[] {
  return [...JOBS, job, 'schedules', schedule, 'runs'];
}
