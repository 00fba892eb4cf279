import { setTimeout as pause } from 'node:timers/promises';
import { shortened } from './answer.ts';
import { shownFailures, shownPage } from './lines.ts';
import type { ShownLines } from './lines.ts';
import type { Call } from '../domain/call.ts';
import { TributaryError, unknownJob, unknownSource } from '../domain/errors.ts';
import type { Job, JobRef, Parts } from '../domain/job.ts';
import type { LogFilter } from '../domain/log-filter.ts';
import type { LogSeverity } from '../domain/severity.ts';
import { isFinished } from '../domain/status.ts';
import type { JobStatus } from '../domain/status.ts';
import type { Federation, SourceScope } from '../federation/api.ts';
import { decodeNodeId, entryRefOf } from '../federation/node-id.ts';

/** The tools without the protocol. Each needs a new call, because a call caches what it has read. */

/** Most parts of each kind that `job_tree` shows. */
const MOST_PARTS = 50;

/** How often `wait_for_end` reads the job, in milliseconds. */
const LOOK_MILLISECONDS = 2_000;

interface Filter {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly minSeverity?: LogSeverity | undefined;
  readonly contains?: string | undefined;
  readonly matches?: string | undefined;
}

interface PageArguments extends Filter {
  readonly jobs: readonly JobRef[];
  readonly limit: number;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

export async function listSources(federation: Federation, call: Call): Promise<unknown> {
  const shown = federation.sources.slice(0, 100);
  const sources = await Promise.all(
    shown.map(async ({ name, vendor, capabilities }) => {
      const { state, code } = await federation.health(name, call);
      const { attempts, steps, tasks, pushdown } = capabilities;
      return { name, vendor, state, code, attempts, steps, tasks, filtersAtTheVendor: pushdown };
    }),
  );
  return { sources, notShown: federation.sources.length - shown.length };
}

export async function listJobs(
  federation: Federation,
  args: {
    readonly sources?: readonly string[] | undefined;
    readonly status?: readonly JobStatus[] | undefined;
    readonly nameContains?: string | undefined;
    readonly limit: number;
    readonly after?: string | undefined;
  },
  call: Call,
): Promise<unknown> {
  const { sources = null, status: statusIn, nameContains, limit: first, after } = args;
  const connection = federation.jobs({ first, after, sources, filter: { statusIn, nameContains } }, call);
  const [jobs, page, failures] = [await connection.nodes(), await connection.pageInfo(), await connection.failures()];
  return {
    jobs: jobs.map(shownJob),
    next: page.hasNextPage ? page.endCursor : null,
    failures: shownFailures(failures),
  };
}

export async function jobTree(federation: Federation, ref: JobRef, call: Call): Promise<unknown> {
  const job = await found(federation, ref, call);
  const read = async <K extends keyof Parts>(kind: K) => {
    const connection = federation.parts(kind, ref, { first: MOST_PARTS }, call);
    const [items, page, failures] = [
      await connection.nodes(),
      await connection.pageInfo(),
      await connection.failures(),
    ];
    return { items, more: page.hasNextPage, failures };
  };
  const [attempts, steps, tasks] = await Promise.all([read('Attempt'), read('Step'), read('Task')]);
  return {
    job: shownJob(job),
    attempts: attempts.items.map((each) => ({ ...shownPart(each), number: each.number, step: each.stepKey })),
    steps: steps.items.map((each) => ({ ...shownPart(each), name: shortened(each.name), attempt: each.attemptKey })),
    tasks: tasks.items.map((each) => ({ ...shownPart(each), name: shortened(each.name), step: each.stepKey })),
    more: { attempts: attempts.more, steps: steps.more, tasks: tasks.more },
    failures: shownFailures([...attempts.failures, ...steps.failures, ...tasks.failures]),
  };
}

/** A page of lines from a cursor, or from the start or the end of the log. */
export async function readLog(
  federation: Federation,
  { jobs, limit, after, before, ...filter }: PageArguments,
  from: 'start' | 'end',
  call: Call,
): Promise<ShownLines> {
  if (after !== undefined && before !== undefined)
    throw new TributaryError('BAD_USER_INPUT', 'Give `after` or `before`, and not both.');
  const isForward = after !== undefined || (before === undefined && from === 'start');
  const place = isForward ? { first: limit, after } : { last: limit, before };
  const connection = federation.logs(scopesOf(jobs), { ...place, filter: filterOf(filter), listFailures: true }, call);
  return shownPage(connection, isForward ? 'back' : 'front');
}

export async function lineContext(
  federation: Federation,
  { line, before, after }: { readonly line: string; readonly before: number; readonly after: number },
  call: Call,
): Promise<ShownLines> {
  const { type, keys } = decodeNodeId(line);
  const ref = type === 'LogEntry' ? entryRefOf(keys) : null;
  if (ref === null) throw new TributaryError('BAD_USER_INPUT', '`line` takes the id of a line; this is none.');
  return shownPage(await federation.context(ref, { before, after }, call), 'back');
}

export async function histogram(
  federation: Federation,
  { jobs, buckets, ...filter }: Filter & { readonly jobs: readonly JobRef[]; readonly buckets: number },
  call: Call,
): Promise<unknown> {
  const counted = await federation.histogram(scopesOf(jobs), { buckets, filter: filterOf(filter) }, call);
  const { from, until, coveredFrom, total, isPartial } = counted;
  const rows = counted.buckets.map(({ from: start, total: lines, counts }) => ({
    from: start,
    lines,
    ...Object.fromEntries(counts.map(({ severity, count }) => [severity, count])),
  }));
  return { from, until, coveredFrom, total, isPartial, buckets: rows, failures: shownFailures(counted.failures) };
}

/**
 * Reads the job at intervals until it is finished, the time is over or the process stops. Does not wait for a standing job
 * (ACTIVE or INACTIVE), which never finishes.
 */
export async function waitForEnd(
  federation: Federation,
  { timeoutSeconds, ...ref }: JobRef & { readonly timeoutSeconds: number },
  newCall: () => Call,
  stopping: AbortSignal,
): Promise<unknown> {
  const end = performance.now() + timeoutSeconds * 1_000;
  for (;;) {
    const call = newCall();
    const job = await found(federation, ref, call);
    const finished = isFinished(job.status);
    const isStanding = job.status === 'ACTIVE' || job.status === 'INACTIVE';
    const left = end - performance.now();
    if (finished || isStanding || left <= 0 || stopping.aborted) {
      const { lines } = await readLog(federation, { jobs: [ref], limit: 5 }, 'end', newCall());
      return { job: shownJob(job), finished, neverFinishes: isStanding, lastLines: lines };
    }
    const signal = AbortSignal.any([call.signal, stopping]);
    await pause(Math.min(LOOK_MILLISECONDS, left), undefined, { signal }).catch(() => {
      call.signal.throwIfAborted();
    });
  }
}

async function found(federation: Federation, ref: JobRef, call: Call): Promise<Job> {
  const job = await federation.job(ref, call);
  if (job !== null) return job;
  const names = federation.sources.map(({ name }) => name);
  throw names.includes(ref.source) ? unknownJob(ref.source, ref.key) : unknownSource(ref.source, names);
}

function shownJob({ source, key, name, status, nativeStatus, createdAt, startedAt, finishedAt }: Job): object {
  const native = nativeStatus === null ? null : shortened(nativeStatus);
  return { source, key, name: shortened(name), status, nativeStatus: native, createdAt, startedAt, finishedAt };
}

function shownPart({ key, status, startedAt, finishedAt }: Parts[keyof Parts]): object {
  return { key, status, startedAt, finishedAt };
}

function scopesOf(jobs: readonly JobRef[]): readonly SourceScope[] {
  return jobs.map(({ source, key }) => ({ source, scope: { job: key } }));
}

/** The given conditions, without undefined members. */
function filterOf(filter: Filter): LogFilter & Pick<Filter, 'since' | 'until'> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
