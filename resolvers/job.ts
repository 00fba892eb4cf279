import type { GraphQLResolveInfo } from 'graphql';
import { unknownJob, unknownSource } from '../src/domain/errors.ts';
import type { Job, JobRef } from '../src/domain/job.ts';
import type { Connection, ConnectionArguments, SourceInfo } from '../src/federation/api.ts';
import { encodeNodeId } from '../src/federation/node-id.ts';
import type { JobFilter } from '../src/vendors/connector.ts';
import { sharedConnection, withPage } from './connection.ts';
import type { GraphContext } from './context.ts';
import { withoutNulls } from './nulls.ts';
import type { Nullable } from './nulls.ts';
import { loadReferred, namesSelected } from './referred.ts';
import { selectsBeyond } from './selection.ts';

/** A job in the graph: as listed by a vendor, or only a reference, to be loaded when a field needs it. */
export type JobNode = Job | JobRef;

/** Fields that the reference alone can answer: selecting them does not load the job. */
const FIELDS_OF_REFERENCE = new Set(['__typename', 'id', 'source', 'key', 'attempts', 'steps', 'tasks', 'logs']);

type Details = Omit<Job, keyof JobRef>;

export interface JobsArguments extends ConnectionArguments {
  readonly sources?: readonly string[] | null | undefined;
  readonly filter?: Nullable<JobFilter> | null | undefined;
}

export function jobId(job: JobRef): string {
  return encodeNodeId('Job', job.source, job.key);
}

export function jobSource(job: JobRef, _args: object, { federation }: GraphContext): SourceInfo {
  const source = federation.source(job.source);
  if (source === null)
    throw unknownSource(
      job.source,
      federation.sources.map(({ name }) => name),
    );
  return source;
}

/** The resolver of a field that needs the loaded job. */
export function jobDetail<K extends keyof Details>(field: K) {
  return (job: JobNode, _args: object, context: GraphContext): Job[K] | Promise<Job[K]> =>
    'status' in job ? job[field] : loadJob(job, context).then((loaded) => loaded[field]);
}

async function loadJob(ref: JobRef, { federation, call }: GraphContext): Promise<Job> {
  const job = await federation.job({ source: ref.source, key: ref.key }, call);
  if (job === null) throw unknownJob(ref.source, ref.key);
  return job;
}

/**
 * The job of a line or a part. No call is made if the reference can answer all selected fields; otherwise the job is
 * loaded. If that fails, the job is null, with one error for all places that refer to it.
 */
export function referToJob(
  { source, key }: JobRef,
  context: GraphContext,
  info: GraphQLResolveInfo,
): JobNode | null | Promise<JobNode | null> {
  const ref = { source, key };
  if (namesSelected(context.call, info, 'Job').every((name) => FIELDS_OF_REFERENCE.has(name))) return ref;
  return loadReferred(context.call, { kind: 'Job', id: jobId(ref) }, () => loadJob(ref, context));
}

/** Finds a job; null if it does not exist. Makes no call if no selected field needs one. */
export function findJob(
  ref: JobRef,
  { federation, call }: GraphContext,
  info: GraphQLResolveInfo,
): JobNode | null | Promise<Job | null> {
  if (federation.source(ref.source) === null) return null;
  return selectsBeyond(info, 'Job', FIELDS_OF_REFERENCE) ? federation.job(ref, call) : ref;
}

/** `Query.job`. */
export function job(
  _root: unknown,
  { source, key }: JobRef,
  context: GraphContext,
  info: GraphQLResolveInfo,
): ReturnType<typeof findJob> {
  return findJob({ source, key }, context, info);
}

/** `Query.jobs`. Failures are listed: an error of this non-null field would make the whole result null. */
export function jobs(
  _root: unknown,
  args: JobsArguments,
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<Connection<JobNode>> {
  return withPage(jobConnection(args, context, true), context.call, info);
}

function jobConnection(
  args: JobsArguments,
  { federation, call }: GraphContext,
  listFailures: boolean,
): Connection<JobNode> {
  const { sources = null, filter, ...page } = args;
  const listed = { ...page, sources, filter: filter ? withoutNulls(filter) : null, listFailures };
  return sharedConnection(call, JSON.stringify(['jobs', listed]), () => federation.jobs(listed, call));
}

/** `Source.jobs`. If this one source does not answer, its failure is an error of the field. */
export function jobsOfSource(
  source: SourceInfo,
  args: JobsArguments,
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<Connection<JobNode>> {
  return withPage(jobConnection({ ...args, sources: [source.name] }, context, false), context.call, info);
}
