import { patternFits } from './job-choice.ts';
import { formatJob } from '../../domain/job-reference.ts';
import type { JobRef } from '../../domain/job.ts';

type NamedJob = JobRef & { readonly name: string };

const UUID = /^[0-9a-f]{8}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)/i;

/** A shortened key keeps at least this many characters. */
const LEAST_CHARACTERS = 8;

/**
 * What chooses each of these jobs in at most `most` characters: `SOURCE:KEY`, or a pattern with a `*` in the place of what was cut. A
 * pattern that would fit another of the jobs is not used: such a job keeps its whole key.
 */
export function shortJobs(jobs: readonly NamedJob[], most: number): readonly string[] {
  return jobs.map((job) => {
    const whole = formatJob(job);
    if (whole.length <= most || job.key.includes('*')) return whole;
    const room = Math.max(LEAST_CHARACTERS, most - job.source.length - 1);
    const isAlone = (name: string): boolean => {
      const pattern = { text: name, source: job.source, name };
      return jobs.every((other) => patternFits(pattern, other) === (formatJob(other) === whole));
    };
    const short = cutsOf(job.key, room).find(isAlone);
    return short === undefined ? whole : formatJob({ source: job.source, key: short });
  });
}

/** A UUID by its first part; what else is long by its two ends, or by one of them. */
function cutsOf(key: string, room: number): readonly string[] {
  const first = UUID.exec(key)?.[0];
  const kept = room - 1;
  const cut = (head: number): string => `${beginOf(key, head)}*${endOf(key, kept - head)}`;
  const cuts = key.length <= room ? [] : [cut(Math.ceil(kept / 2)), cut(1), cut(kept - 1)];
  return first === undefined ? cuts : [`${first}*`, ...cuts];
}

/** At most so many characters of the begin and of the end. Never splits a surrogate pair. */
const beginOf = (text: string, most: number): string => text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
const endOf = (text: string, most: number): string => text.slice(text.length - most).replace(/^[\udc00-\udfff]/, '');
