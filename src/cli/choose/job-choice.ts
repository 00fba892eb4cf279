import { formatJob, parseJob } from '../../domain/job-reference.ts';
import type { JobRef } from '../../domain/job.ts';
import { tryDecodeNodeId } from '../../federation/node-id.ts';

/** Jobs to search by name or key, where each `*` matches any text. */
export interface JobPattern {
  /** The pattern as the user wrote it. */
  readonly text: string;
  /** The source, which may hold `*`. Null: any source. */
  readonly source: string | null;
  readonly name: string;
}

/** An argument that chooses jobs: one job by its key or id, or a pattern. */
export type JobChoice = { readonly job: JobRef } | { readonly pattern: JobPattern };

/** Reads `SOURCE:KEY`, `SOURCE:PATTERN*`, `NAME`, `PATTERN*` or a global id. Null if the text names no job. */
export function parseJobChoice(text: string): JobChoice | null {
  const id = tryDecodeNodeId(text);
  if (id !== null) {
    const [source = '', key = ''] = id.keys;
    return id.type === 'Job' ? { job: { source, key } } : null;
  }
  const job = parseJob(text);
  if (job === null) return text === '' || text.includes(':') ? null : { pattern: { text, source: null, name: text } };
  return text.includes('*') ? { pattern: { text, source: job.source, name: job.key } } : { job };
}

/** True if a pattern matches a job. Names match in any case, keys exactly. */
export function patternFits({ source, name }: JobPattern, job: JobRef & { readonly name: string }): boolean {
  if (source !== null && !globFits(source, job.source)) return false;
  return globFits(name, job.key) || globFits(name.toLowerCase(), job.name.toLowerCase());
}

/** Searches the parts between `*` from left to right, so it takes linear time for each `*`. */
function globFits(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return first === text;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let place = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, place);
    if (found === -1) return false;
    place = found + part.length;
  }
  return place <= text.length - last.length;
}

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
