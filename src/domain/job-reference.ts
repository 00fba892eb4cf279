import type { JobRef } from './job.ts';

/** Reads `SOURCE:KEY`. Keys may hold anything, names of sources no colon. Null for a text without one. */
export function parseJob(text: string): JobRef | null {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) return null;
  return { source: text.slice(0, colon), key: text.slice(colon + 1) };
}

/** The same job as text that `parseJob` reads. */
export function formatJob({ source, key }: JobRef): string {
  return `${source}:${key}`;
}
