import { statusFrom } from '../../domain/status.ts';
import type { JobStatus } from '../../domain/status.ts';

/**
 * The words that the vendor's clients and its service are known to use; the field itself is free text. A
 * pipeline is a standing service, so it is never RUNNING or SUCCEEDED: while it is being deployed it waits
 * to serve (QUEUED), and IDLE is one that stands by at zero replicas until it is asked.
 */
const STATUS: Readonly<Record<string, JobStatus>> = {
  DEPLOYED: 'ACTIVE',
  IDLE: 'ACTIVE',
  UNDEPLOYED: 'INACTIVE',
  DEPLOYMENT_IN_PROGRESS: 'QUEUED',
  DEPLOYING: 'QUEUED',
  DEPLOYMENT_FAILED: 'FAILED',
  FAILED_TO_DEPLOY: 'FAILED',
  FAILED: 'FAILED',
};

/** The status of a pipeline, whatever the case of its word. */
export function statusOf(native: string | null | undefined): JobStatus {
  return statusFrom(STATUS, native?.toUpperCase());
}
