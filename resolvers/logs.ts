import type { GraphQLResolveInfo } from 'graphql';
import { withArticle } from '../src/domain/article.ts';
import { TributaryError } from '../src/domain/errors.ts';
import { isTurnOver, rest } from '../src/domain/fair-share.ts';
import type { JobRef } from '../src/domain/job.ts';
import type { LogScope } from '../src/domain/log-entry.ts';
import type { LogArguments, LogConnection, LogHistogram, SourceScope } from '../src/federation/api.ts';
import { decodeNodeId, entryRefOf } from '../src/federation/node-id.ts';
import { sharedConnection, withPage } from './connection.ts';
import { cleanAhead } from './log-entry.ts';
import { namesSelected } from './referred.ts';
import type { GraphContext } from './context.ts';
import { logArguments, logFilter } from './log-arguments.ts';
import type { FilterInput, LogFieldArguments } from './log-arguments.ts';
import type { PartNode } from './part.ts';
import type { PartKind } from '../src/domain/job.ts';

interface ContextFieldArguments {
  readonly id: string;
  readonly jobs?: readonly string[] | null | undefined;
  readonly before?: number | null | undefined;
  readonly after?: number | null | undefined;
}

/** Default number of lines that `logContext` returns on either side. */
export const DEFAULT_AROUND = 10;

/**
 * `Query.logs`: the lines of jobs. Failures are listed: an error of this non-null field would make the whole result
 * null.
 */
export function logsOfJobs(
  _root: unknown,
  args: LogFieldArguments & { readonly jobs: readonly string[] },
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<LogConnection> {
  const scopes = jobsOfIds(args.jobs).map(({ source, key }) => ({ source, scope: { job: key } }));
  return logsOf(scopes, { ...logArguments(args), listFailures: true }, context, info);
}

/** `Query.logContext`: null with an error if the line is gone or its source does not answer. */
export async function contextOfLine(
  _root: unknown,
  { id, jobs, before, after }: ContextFieldArguments,
  { federation, call }: GraphContext,
  info: GraphQLResolveInfo,
): Promise<LogConnection> {
  const { type, keys } = decodeNodeId(id);
  const ref = type === 'LogEntry' ? entryRefOf(keys) : null;
  if (ref === null) throw new TributaryError('BAD_USER_INPUT', `"id" must be the id of a line.`);
  const around = { before: before ?? DEFAULT_AROUND, after: after ?? DEFAULT_AROUND };
  if (isTurnOver()) await rest();
  const connection = await federation.context(ref, { ...around, jobs: jobs ? jobsOfIds(jobs) : undefined }, call);
  return withPage(connection, call, info, cleanAhead);
}

interface HistogramFieldArguments {
  readonly jobs: readonly string[];
  readonly filter?: FilterInput | null | undefined;
  readonly buckets?: number | null | undefined;
  readonly step?: bigint | null | undefined;
}

/** `Query.logHistogram`. Failures are listed. */
export async function histogramOfJobs(
  _root: unknown,
  { jobs, filter, buckets, step }: HistogramFieldArguments,
  { federation, call }: GraphContext,
): Promise<LogHistogram> {
  const scopes = jobsOfIds(jobs).map(({ source, key }) => ({ source, scope: { job: key } }));
  if (isTurnOver()) await rest();
  const args = { filter: logFilter(filter), buckets: buckets ?? undefined, step: step ?? undefined };
  return federation.histogram(scopes, args, call);
}

/** `Job.logs`: a failure is an error of this field. */
export function logsOfJob(
  { source, key }: JobRef,
  args: LogFieldArguments,
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<LogConnection> {
  return logsOf([{ source, scope: { job: key } }], logArguments(args), context, info);
}

/** `logs` of an attempt, step or task. */
export function logsOfPart(
  part: PartNode<PartKind>,
  args: LogFieldArguments,
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<LogConnection> {
  return logsOf([{ source: part.job.source, scope: scopeOf(part) }], logArguments(args), context, info);
}

async function logsOf(
  scopes: readonly SourceScope[],
  args: LogArguments,
  { federation, call }: GraphContext,
  info: GraphQLResolveInfo,
): Promise<LogConnection> {
  // One operation may begin many reads, each of many jobs or with an expression that takes long to compile. The log of one job
  // is read at once, with what else of the job is requested.
  if ((scopes.length > 1 || args.filter?.matches !== undefined) && isTurnOver()) await rest();
  const key = JSON.stringify(['logs', scopes, args]);
  const connection = sharedConnection(call, key, () => federation.logs(scopes, args, call));
  // Start the calls of `isComplete` without waiting for the page. Results are cached, and errors show when the field is
  // resolved.
  if (namesSelected(call, info, 'LogEntryConnection').includes('isComplete'))
    connection.isComplete().catch(() => false);
  return withPage(connection, call, info, cleanAhead);
}

function scopeOf({ kind, job, key }: PartNode<PartKind>): LogScope {
  if (kind === 'Attempt') return { job: job.key, attempt: key };
  return kind === 'Step' ? { job: job.key, step: key } : { job: job.key, task: key };
}

/** The jobs with these ids, without repeats. Throws BAD_USER_INPUT if the list is empty or an id is not that of a job. */
export function jobsOfIds(ids: readonly string[]): JobRef[] {
  if (ids.length === 0) throw new TributaryError('BAD_USER_INPUT', '"jobs" must name at least one job.');
  return [...new Set(ids)].map((id) => {
    const { type, keys } = decodeNodeId(id);
    const [source, key] = keys;
    if (type !== 'Job' || source === undefined || key === undefined) {
      throw new TributaryError('BAD_USER_INPUT', `"jobs" takes ids of jobs; this is the id of ${withArticle(type)}.`);
    }
    return { source, key };
  });
}
