import type { ConnectedSource } from '../../config/sources.ts';
import { createCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import type { Job } from '../../domain/job.ts';
import { parseInstant } from '../../domain/time.ts';
import type { Connector, JobPage } from '../../vendors/connector.ts';
import { failed, missing, MOST_SAMPLES, shortened, unknownWords, unreadable, whyNot } from './findings.ts';
import type { Finding } from './findings.ts';
import { explainLines } from './lines.ts';

/** Reads one page of jobs and some lines of one job, to compare a source's answers with what its connector expects. */

/** Reports what could be read from a source, and what `failed`. */
export async function explainSource(
  { connector }: Pick<ConnectedSource, 'connector'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { capabilities, described } = connector;
  const call = createCall({ signal });
  const found: Finding[] = [
    [
      'paging',
      `${described?.scheme ?? capabilities.nativePagination}, ${capabilities.maxPageSize ?? 'all'} lines per call`,
    ],
    ['filtered by the source', capabilities.pushdown.join(' ') || 'nothing'],
  ];
  let jobs: readonly Job[];
  try {
    const page = await connector.jobLists[0]?.page(0, {}, call);
    jobs = page?.jobs ?? [];
    found.push(...describeJobs(connector, page), ...(await judgeSecondPage(connector, page, call)));
  } catch (error) {
    return [...found, ...whyNot(error, described && 'jobs.list')];
  }
  found.push(...(await explainOneJob(connector, jobs, call)));
  try {
    return [...found, ...(await explainLines(connector, jobs, call))];
  } catch (error) {
    return [...found, ...whyNot(error, described && 'logs')];
  }
}

function describeJobs({ jobLists, described }: Connector, page: JobPage | undefined): readonly Finding[] {
  const jobs = page?.jobs ?? [];
  const total = page?.total ?? null;
  const isNewestFirst = jobLists[0]?.isNewestFirst() ?? false;
  const unread = page?.unreadable;
  const order = orderOf(jobs.map(createdOf));
  const said = described?.orderOfJobs ?? null;
  const isDenied = said !== null && Object.hasOwn(ORDERS, order) && ORDERS[order] !== said;
  const readAs = `read as ${isNewestFirst ? 'newest first' : 'in no order'}`;
  const keys = described === undefined ? '' : '; look at jobs.list.items and jobs.list.pagination';
  return [
    ['jobs on the first page', `${jobs.length}, of ${total ?? 'an unknown number'} in all`],
    ['order of jobs', `${order}; ${readAs}`],
    ...(isDenied ? [failed(`jobs.list.order says ${said}, and the jobs come ${order}`)] : []),
    ...unreadable(unread),
    ...(jobs.length === 0 && (unread !== undefined || (total ?? 0) > 0)
      ? [failed(`no job can be read: ${unread?.reason ?? `the list counts jobs and gives none${keys}`}`)]
      : []),
    ...jobs.slice(0, MOST_SAMPLES).map((job): Finding => ['job', describeJob(job)]),
    ...missing(
      'jobs',
      jobs,
      {
        // A job without a name gets its key as the name.
        name: ({ key, name }) => (name === key ? null : name),
        status: ({ nativeStatus }) => nativeStatus,
        createdAt: ({ createdAt }) => createdAt,
        startedAt: ({ startedAt }) => startedAt,
        finishedAt: ({ finishedAt }) => finishedAt,
      },
      described?.ofJobs ?? ['status', 'createdAt', 'startedAt', 'finishedAt'],
    ),
    ...(described?.countsJobs === true && total === null && jobs.length > 0
      ? [['missing in the list of jobs', 'jobs.list.pagination.total'] as const]
      : []),
    ...unknownWords('status', jobs, ({ status, nativeStatus }) => (status === 'UNKNOWN' ? nativeStatus : null)),
  ];
}

/** Checks that the second page has jobs if the count says so, and that it does not repeat the first page. */
async function judgeSecondPage(
  { jobLists: [list], described }: Connector,
  first: JobPage | undefined,
  call: Call,
): Promise<readonly Finding[]> {
  if (list === undefined || first === undefined || (first.total ?? 0) <= list.pageSize) return [];
  const { jobs, unreadable: unread } = await list.page(1, {}, call);
  const where = described === undefined ? '' : 'jobs.list.pagination: ';
  const counted = `${first.total ?? 'more'} jobs are counted`;
  if (jobs.length === 0 && unread === undefined) return [failed(`${where}${counted}, and the second page has none`)];
  const known = new Set(first.jobs.map(({ key }) => key));
  const repeats = jobs.length > 0 && jobs.every(({ key }) => known.has(key));
  return repeats ? [failed(`${where}${counted}, and the second page repeats the first one`)] : [];
}

/** Fetches one of the jobs by its key, like a client that follows a link. */
async function explainOneJob(connector: Connector, jobs: readonly Job[], call: Call): Promise<readonly Finding[]> {
  const key = jobs[0]?.key;
  if (key === undefined) return [];
  const where = connector.described && 'jobs.one';
  try {
    const [found] = await connector.getJobs([key], call);
    if (found instanceof Error) return whyNot(found, where);
    if (found !== null && found !== undefined) return [['job by its key', `${key} is found`]];
    return [failed(`${where === undefined ? '' : `${where}.path: `}job ${key} of the list is not found by its key`)];
  } catch (error) {
    return whyNot(error, where);
  }
}

function createdOf({ createdAt }: Job): bigint | null {
  return parseInstant(createdAt ?? '')?.nanoseconds ?? null;
}

/** The word of a description for an order that was seen; null: there is none. */
const ORDERS: Readonly<Record<string, 'ascending' | 'descending' | null>> = {
  'newest first': 'descending',
  'oldest first': 'ascending',
  'neither newest nor oldest first': null,
};

function orderOf(times: readonly (bigint | null)[]): string {
  const known = times.filter((time) => time !== null);
  if (known.length < times.length) return 'not all have a time';
  if (new Set(known).size < 2) return 'too few times to tell';
  const pairs = known.slice(1).map((time, index): readonly [bigint, bigint] => [known[index] ?? time, time]);
  if (pairs.every(([before, after]) => before >= after)) return 'newest first';
  return pairs.every(([before, after]) => before <= after) ? 'oldest first' : 'neither newest nor oldest first';
}

function describeJob({ key, name, status, nativeStatus, createdAt }: Job): string {
  return `${key} "${shortened(name)}" ${status} (${nativeStatus ?? '–'}) ${createdAt ?? '–'}`;
}
