import type { Call } from '../../domain/call.ts';
import type { SourceHttp } from '../../http/client.ts';
import type { Begin } from '../../http/policy/shared-stream.ts';
import { NEWEST_FIRST } from './facts.ts';
import type { LogItem } from './logs/body/groups.ts';
import { readLogStream } from './logs/body/stream.ts';
import type { LogQuery } from './pushdown.ts';
import { jobAnswerDecoder, jobListDecoder } from './wire.ts';
import type { WireJob, WireJobList } from './wire.ts';

/** The API calls, with decoded answers. */

/** Null: the answer has no job. */
export async function getJob(http: SourceHttp, job: string, call: Call): Promise<WireJob | null> {
  return (await http.json({ method: 'GET', path: ['jobs', job], route: '/jobs/{job}' }, jobAnswerDecoder, call)).data;
}

export interface Slice {
  readonly offset: number;
  readonly limit: number;
  /** True: request the newest first. */
  readonly ordered: boolean;
}

export async function getJobs(http: SourceHttp, { offset, limit, ordered }: Slice, call: Call): Promise<WireJobList> {
  const slice = { 'pagination.limit': limit, 'pagination.offset': offset };
  const query = ordered ? { ...slice, orderBy: NEWEST_FIRST } : slice;
  return (await http.json({ method: 'GET', path: ['jobs'], route: '/jobs', query }, jobListDecoder, call)).data;
}

/** This POST only reads, so it may be repeated and shared. */
export async function postLogs(
  http: SourceHttp,
  job: string,
  { taskIds, levels, services }: LogQuery,
  begin: Begin<LogItem>,
  call: Call,
): Promise<void> {
  const body = { jobId: job, taskIds, levels, services };
  const request = { method: 'POST', path: ['logs'], route: '/logs', body, idempotent: true } as const;
  await http.stream(request, readLogStream, begin, call);
}
