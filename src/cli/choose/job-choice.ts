import { parseJob } from '../../domain/job-reference.ts';
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
