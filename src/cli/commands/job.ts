import type { JobSelection } from '../choose/job-selection.ts';
import { JobTreeDocument } from '../graph/generated/graphql.ts';
import type { JobTreeQuery } from '../graph/generated/graphql.ts';
import { idsOf } from '../graph/job-ids.ts';
import type { GraphOptions } from '../graph/service-address.ts';
import { withJobs } from '../graph/with-jobs.ts';
import { formatJob } from '../../domain/job-reference.ts';
import { complainAbout } from '../options/log-options.ts';
import type { Failure } from '../output/complaint.ts';
import { durationOf } from '../show/duration.ts';
import { formatOf } from '../show/output-choice.ts';
import { formatListing, TERMINAL_COLUMNS } from '../show/listing.ts';
import type { Column, ListingOptions } from '../show/listing.ts';
import { shortTime, showTimeOf } from '../show/times.ts';
import type { ShowTime, ZoneOptions } from '../show/times.ts';
import { Misuse } from '../options/misuse.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { unknownJob } from '../../domain/errors.ts';
import type { JobRef } from '../../domain/job.ts';

export interface JobOptions extends GraphOptions, ListingOptions, ZoneOptions {
  /** True: exit with failure if the job has failed. */
  readonly exitStatus?: boolean | undefined;
}

type JobWithParts = NonNullable<JobTreeQuery['job']>;

/** Most parts of each kind that are shown. */
const MOST_PARTS = 100;

/** Most jobs that an error lists if several match. */
const MOST_TOLD = 5;

/**
 * Prints a job and the tree of its attempts, steps and tasks. Missing parts do not hide the rest, but the command
 * fails.
 */
export async function job(selection: JobSelection, options: JobOptions, surroundings: Surroundings): Promise<number> {
  return withJobs(selection, options, surroundings, async ({ graph, jobs }) => {
    const ref = onlyOne(jobs);
    const { job: found } = await graph.run(JobTreeDocument, { ...ref, most: MOST_PARTS });
    if (found === null) {
      // Throws if the source is unknown.
      await idsOf([ref], graph);
      throw unknownJob(ref.source, ref.key);
    }
    const columns = columnsOf(showTimeOf(options, surroundings), formatOf(options, { json: 'json' }) === 'wide');
    const of = { rows: rowsOf(ref, found), columns, record: recordOf, document: documentOf(ref, found) };
    const listing = { ...of, width: TERMINAL_COLUMNS };
    await surroundings.print(formatListing(listing, options, surroundings));
    if (isCut(found)) surroundings.complain(`Of each kind of parts, at most ${MOST_PARTS} are shown.\n`);
    surroundings.printedWhole?.();
    const failures = failuresOf(found);
    complainAbout(failures, surroundings);
    if (failures.length > 0) return EXIT.failed;
    return options.exitStatus === true && found.status === 'FAILED' ? EXIT.failed : EXIT.done;
  });
}

function onlyOne(jobs: readonly JobRef[]): JobRef {
  const [job, ...others] = jobs;
  if (job !== undefined && others.length === 0) return job;
  throw new Misuse(`${jobs.length} jobs fit, and one is shown: ${jobs.slice(0, MOST_TOLD).map(formatJob).join(', ')}.`);
}

/** Some sources list several kinds of parts together. A failure they share is reported once. */
function failuresOf({ attempts, steps, tasks }: JobWithParts): readonly Failure[] {
  const all = [attempts, steps, tasks].flatMap((part) => part?.failures ?? []);
  return [...new Map(all.map((failure) => [failure.message, failure])).values()];
}

function isCut({ attempts, steps, tasks }: JobWithParts): boolean {
  const pages = [attempts?.pageInfo.hasPreviousPage, steps?.pageInfo.hasNextPage, tasks?.pageInfo.hasNextPage];
  return pages.includes(true);
}

interface Part {
  readonly id: string;
  readonly parent: string | null;
  readonly title: string;
  readonly status: string;
  readonly nativeStatus: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

interface Row extends Omit<Part, 'parent'> {
  /** Levels below the job. */
  readonly depth: number;
}

/** The job and its parts as a tree, each part below its parent. */
function rowsOf(ref: JobRef, found: JobWithParts): readonly Row[] {
  const parts = partsOf(found);
  const known = new Set(parts.map(({ id }) => id));
  const below = (parent: string | null, depth: number): readonly Row[] =>
    parts
      .filter((part) => (part.parent !== null && known.has(part.parent) ? part.parent : null) === parent)
      .flatMap((part) => [{ ...part, depth }, ...below(part.id, depth + 1)]);
  return [{ ...found, id: 'job', title: formatJob(ref), depth: 0 }, ...below(null, 1)];
}

/** The tree is the last column, so that long names are cut and no line is longer than a terminal. */
function columnsOf(time: ShowTime, isWide: boolean): readonly Column<Row>[] {
  const whole = (at: string | null): string => (at === null ? '-' : time(at));
  const shown = (at: string | null): string => (isWide ? whole(at) : shortTime(at, time, 'second'));
  return [
    { title: 'STATUS', cell: ({ status }) => status },
    { title: 'STARTED', cell: ({ startedAt }) => shown(startedAt) },
    { title: 'FINISHED', cell: ({ finishedAt }) => shown(finishedAt), isWide: true },
    { title: 'TOOK', cell: ({ startedAt, finishedAt }) => durationOf(startedAt, finishedAt) },
    { title: "VENDOR'S STATUS", cell: ({ nativeStatus }) => nativeStatus ?? '-', isWide: true },
    { title: 'WHAT', cell: ({ title, depth }) => `${'  '.repeat(depth)}${title}` },
  ];
}

function recordOf({ title, depth, status, nativeStatus, startedAt, finishedAt }: Row): object {
  return { what: title, depth, status, nativeStatus, startedAt, finishedAt };
}

/**
 * The parts with their parents: an attempt belongs to the job or a step, a step to the job or an attempt, a task to the
 * job, a step or an attempt. Cycles are broken.
 */
function partsOf({ attempts, steps, tasks }: JobWithParts): readonly Part[] {
  const ofAttempt = (key: string | undefined): string | null => (key === undefined ? null : `attempt ${key}`);
  const ofStep = (key: string | undefined): string | null => (key === undefined ? null : `step ${key}`);
  const standing = steps?.nodes ?? [];
  const isOfAttempt = new Set(standing.flatMap(({ key, attempt }) => (attempt === null ? [] : [key])));
  return [
    ...(attempts?.nodes ?? []).map(({ key, number, step, ...part }) => ({
      ...part,
      id: `attempt ${key}`,
      parent: step === null || isOfAttempt.has(step.key) ? null : ofStep(step.key),
      title: `attempt ${number ?? key}`,
    })),
    ...standing.map(({ key, name, attempt, ...part }) => ({
      ...part,
      id: `step ${key}`,
      parent: ofAttempt(attempt?.key),
      title: `step ${name}`,
    })),
    ...(tasks?.nodes ?? []).map(({ key, name, attempt, step, ...part }) => ({
      ...part,
      id: `task ${key}`,
      parent: ofStep(step?.key) ?? ofAttempt(attempt?.key),
      title: `task ${name}`,
    })),
  ];
}

function documentOf({ source }: JobRef, { attempts, steps, tasks, ...job }: JobWithParts): object {
  const keyed = { attempts: attempts?.nodes ?? [], steps: steps?.nodes ?? [], tasks: tasks?.nodes ?? [] };
  return { source, ...job, ...keyed };
}
