/** Severities as the histogram shows them: four groups, the worst at the bottom, where heights compare best. */
import type { LogSeverity } from '../graphql/generated/graphql.ts';
import { countWords } from '../ui/count-words.ts';
import type { HistogramData } from './use-histogram.ts';

export type Bucket = HistogramData['buckets'][number];
export type Group = 'error' | 'warn' | 'info' | 'other';

export const GROUPS: readonly Group[] = ['error', 'warn', 'info', 'other'];

const GROUP_OF: Readonly<Record<LogSeverity, Group>> = {
  FATAL: 'error',
  ERROR: 'error',
  WARN: 'warn',
  INFO: 'info',
  DEBUG: 'other',
  TRACE: 'other',
  UNSPECIFIED: 'other',
};

export type Counts = Readonly<Record<Group, number>>;

export function countsOf(buckets: readonly Bucket[]): Counts {
  const counts = { error: 0, warn: 0, info: 0, other: 0 };
  for (const bucket of buckets) {
    for (const { severity, count } of bucket.counts) counts[GROUP_OF[severity]] += count;
  }
  return counts;
}

/** `34 lines, 2 errors`: what is usual is not named. */
export function describeCounts(total: number, { error, warn }: Counts): string {
  return [
    countWords(total, 'line', 'lines'),
    ...(error === 0 ? [] : [countWords(error, 'error', 'errors')]),
    ...(warn === 0 ? [] : [countWords(warn, 'warning', 'warnings')]),
  ].join(', ');
}
