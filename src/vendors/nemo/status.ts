import { statusFrom } from '../../domain/status.ts';
import type { JobStatus } from '../../domain/status.ts';

/** Words that every generation of the API knows, so that a filter may name them. */
const COMMON_STATUSES = [
  'created',
  'pending',
  'active',
  'cancelling',
  'cancelled',
  'error',
  'completed',
  'pausing',
  'paused',
  'resuming',
] as const;

/** Words of newer generations. */
const LATER_STATUSES = ['queued', 'creation_pending', 'deletion_pending'] as const;

type NativeStatus = (typeof COMMON_STATUSES)[number] | (typeof LATER_STATUSES)[number];

const STATUS: Readonly<Record<NativeStatus, JobStatus>> = {
  created: 'QUEUED',
  creation_pending: 'QUEUED',
  queued: 'QUEUED',
  pending: 'QUEUED',
  active: 'RUNNING',
  pausing: 'RUNNING',
  resuming: 'RUNNING',
  paused: 'PAUSED',
  cancelling: 'CANCELLING',
  deletion_pending: 'CANCELLING',
  cancelled: 'CANCELLED',
  completed: 'SUCCEEDED',
  error: 'FAILED',
};

export function statusOf(native: string | null | undefined): JobStatus {
  return statusFrom(STATUS, native);
}

/**
 * The vendor's words for these statuses; null when a filter by words that every generation knows would
 * miss jobs (a status with a later word, or one for words that nobody knows).
 */
export function nativeStatusesOf(statuses: readonly JobStatus[]): readonly string[] | null {
  if (statuses.includes('UNKNOWN') || LATER_STATUSES.some((word) => statuses.includes(STATUS[word]))) return null;
  return COMMON_STATUSES.filter((word) => statuses.includes(STATUS[word]));
}
