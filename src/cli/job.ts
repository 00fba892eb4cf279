import { JobTreeDocument } from './graph/generated/graphql.ts';
import type { JobTreeQuery } from './graph/generated/graphql.ts';
import { idsOf } from './graph/job-ids.ts';
import type { GraphOptions } from './graph/service-address.ts';
import { withJobs } from './graph/with-jobs.ts';
import { durationOf } from './duration.ts';
import { formatJob } from './job-reference.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { formatTable } from './table.ts';
import { unknownJob } from '../domain/errors.ts';
import type { JobRef } from '../domain/job.ts';
import { terminalJson } from '../domain/terminal-text.ts';

export interface JobOptions extends GraphOptions {
  readonly json?: boolean | undefined;
  /** Fail when the job has failed. */
  readonly exitStatus?: boolean | undefined;
}

type Found = NonNullable<JobTreeQuery['job']>;

/** Parts of each kind that are shown. */
const MOST_PARTS = 100;

/** Prints a job and the tree of its attempts, steps and tasks. */
export async function job(ref: JobRef, options: JobOptions, surroundings: Surroundings): Promise<number> {
  return withJobs([ref], options, surroundings, async (graph) => {
    const { job: found } = await graph.run(JobTreeDocument, { ...ref, most: MOST_PARTS });
    if (found === null) {
      // Says so when it is the source that there is not.
      await idsOf([ref], graph);
      throw unknownJob(ref.source, ref.key);
    }
    await surroundings.print(options.json === true ? formatJson(ref, found) : formatTree(ref, found));
    if (isCut(found)) surroundings.complain(`Of each kind of parts, at most ${MOST_PARTS} are shown.\n`);
    return options.exitStatus === true && found.status === 'FAILED' ? EXIT.failed : EXIT.done;
  });
}

function isCut({ attempts, steps, tasks }: Found): boolean {
  const pages = [attempts?.pageInfo.hasPreviousPage, steps?.pageInfo.hasNextPage, tasks?.pageInfo.hasNextPage];
  return pages.includes(true);
}

interface Part {
  readonly id: string;
  readonly parent: string | null;
  readonly title: string;
  readonly status: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

function formatTree(ref: JobRef, found: Found): string {
  const parts = partsOf(found);
  const known = new Set(parts.map(({ id }) => id));
  const below = (parent: string | null, depth: number): string[][] =>
    parts
      .filter((part) => (part.parent !== null && known.has(part.parent) ? part.parent : null) === parent)
      .flatMap((part) => [rowOf(part, depth), ...below(part.id, depth + 1)]);
  const head = rowOf({ ...found, title: formatJob(ref) }, 0);
  return formatTable(['WHAT', 'STATUS', 'STARTED', 'DURATION'], [head, ...below(null, 1)]);
}

/** An attempt is of the job or of a step, a step of the job or of an attempt, a task of either. Never in a circle. */
function partsOf({ attempts, steps, tasks }: Found): readonly Part[] {
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

function rowOf({ title, status, startedAt, finishedAt }: Omit<Part, 'id' | 'parent'>, depth: number): string[] {
  return [`${'  '.repeat(depth)}${title}`, status, startedAt ?? '-', durationOf(startedAt, finishedAt)];
}

function formatJson({ source }: JobRef, { attempts, steps, tasks, ...job }: Found): string {
  const keyed = { attempts: attempts?.nodes ?? [], steps: steps?.nodes ?? [], tasks: tasks?.nodes ?? [] };
  return `${terminalJson({ source, ...job, ...keyed }, 2)}\n`;
}
