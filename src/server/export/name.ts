import type { JobRef } from '../../domain/job.ts';

/** Longest part of a file name that is taken from a job. */
const MAX_LENGTH = 80;

/**
 * A file name that is valid on every file system, tells the content, and differs from earlier exports by the time in
 * it.
 */
export function fileNameOf(jobs: readonly JobRef[], extension: string, now: Date = new Date()): string {
  const [first] = jobs;
  const what = jobs.length === 1 && first !== undefined ? `${first.source}-${first.key}` : `${jobs.length}-jobs`;
  const safe = what
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, MAX_LENGTH);
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `logs-${safe}-${time}.${extension}`;
}
