import type { JobStatus } from '../src/domain/status.ts';
import { enumType } from './enum-type.ts';

export const JobStatusType = enumType<JobStatus>(
  'JobStatus',
  "What a job, attempt, step or task is doing, in words common to all vendors. The vendor's own word is `nativeStatus`.",
  {
    QUEUED: 'Accepted, not started yet.',
    RUNNING: 'Running.',
    PAUSED: 'Started, then suspended until a person or a program resumes it.',
    CANCELLING: 'Asked to stop, but not stopped yet.',
    CANCELLED: 'Stopped on request before its end. Final.',
    SUCCEEDED: 'Ended successfully. Final.',
    FAILED: 'Ended with an error. Final.',
    ACTIVE: 'A permanent definition or service that is switched on; it never finishes by itself.',
    INACTIVE: 'A permanent definition or service that is switched off.',
    UNKNOWN: 'The vendor gave no status, or a word that this service does not know: see `nativeStatus`.',
  },
);
