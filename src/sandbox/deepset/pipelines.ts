import { createHash } from 'node:crypto';
import type { SandboxStatus } from '../types.ts';
import { writeTime } from './logs-endpoint.ts';
import type { PipelineLog } from './pipeline-log.ts';

export interface Pipeline {
  readonly workspace: string;
  readonly name: string;
  readonly id: string;
  /** Nanoseconds since the epoch. */
  readonly createdAt: bigint;
  status: string;
  readonly log: PipelineLog;
}

/** A pipeline is a permanent service: it never succeeds; it is deployed or taken down. */
export const NATIVE_STATUS: Readonly<Record<SandboxStatus, string>> = {
  QUEUED: 'DEPLOYMENT_IN_PROGRESS',
  RUNNING: 'DEPLOYED',
  SUCCEEDED: 'UNDEPLOYED',
  FAILED: 'DEPLOYMENT_FAILED',
  CANCELLED: 'UNDEPLOYED',
};

const CREATOR = { user_id: uuidOf('creator'), given_name: 'Ada', family_name: 'Ferri', email: 'ada.ferri@example.com' };

export function wireOfPipeline(pipeline: Pipeline): Record<string, unknown> {
  const version = uuidOf(`${pipeline.id}/version`);
  return {
    pipeline_id: pipeline.id,
    name: pipeline.name,
    status: pipeline.status,
    desired_status: pipeline.status === 'UNDEPLOYED' ? 'UNDEPLOYED' : 'DEPLOYED',
    service_level: 'PRODUCTION',
    created_at: writeTime(pipeline.createdAt, 6),
    created_by: CREATOR,
    last_edited_at: writeTime(pipeline.createdAt + 60_000_000_000n, 6),
    last_edited_by: CREATOR,
    deployed_version_id: pipeline.status === 'UNDEPLOYED' ? null : version,
    running_version_id: pipeline.status === 'DEPLOYED' ? version : null,
    draft_version_id: uuidOf(`${pipeline.id}/draft`),
  };
}

/** A UUID that depends only on the name. */
export function uuidOf(name: string): string {
  const hex = createHash('sha1').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
