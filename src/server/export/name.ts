import type { JobRef } from '../../domain/job.ts';

/** The longest part of a name that is taken from a job. */
const MAX_LENGTH = 80;

/** A name that every file system takes, says what is in the file, and differs from that of an earlier export. */
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
