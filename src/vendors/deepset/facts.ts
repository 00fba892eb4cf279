import { statusFrom } from '../../domain/status.ts';
import type { JobStatus } from '../../domain/status.ts';

/**
 * The status words that the vendor's clients and service are known to use; the field itself is free text. A pipeline is
 * a standing service, so it is never RUNNING or SUCCEEDED. During deployment it waits to serve (QUEUED). IDLE means
 * that it is scaled to zero replicas until the next request.
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

/** The status of a pipeline. Upper and lower case do not matter. */
export function statusOf(native: string | null | undefined): JobStatus {
  return statusFrom(STATUS, native?.toUpperCase());
}
