import { parseJob } from '../../domain/job-reference.ts';
import type { JobRef } from '../../domain/job.ts';
import { tryDecodeNodeId } from '../../federation/node-id.ts';

/** Jobs that have to be looked for: by name or key, in which each `*` stands for any text. */
export interface JobPattern {
  /** As it was written. */
  readonly text: string;
  /** Null: of any source. */
  readonly source: string | null;
  readonly name: string;
}

/** What an argument says of jobs: one by its key or id, or what they are called. */
export type JobChoice = { readonly job: JobRef } | { readonly pattern: JobPattern };

/** Reads `SOURCE:KEY`, `SOURCE:PATTERN*`, `NAME`, `PATTERN*` or a global id. Null for what names no job. */
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

/** Does a pattern fit a job? A name in any case, a key as it is written. */
export function patternFits({ source, name }: JobPattern, job: JobRef & { readonly name: string }): boolean {
  if (source !== null && !globFits(source, job.source)) return false;
  return globFits(name, job.key) || globFits(name.toLowerCase(), job.name.toLowerCase());
}

/** Linear in the length of the text for each `*`: the parts between them are looked for from left to right. */
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
