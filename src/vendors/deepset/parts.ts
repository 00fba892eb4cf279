import type { Job, Step } from '../../domain/job.ts';
import type { JsonObject } from '../../domain/json.ts';
import { present } from '../shared/wire.ts';
import { keyOf } from './keys.ts';
import { statusOf } from './facts.ts';
import type { WirePipeline } from './wire.ts';

/** A pipeline as a job. Its creator and editor are persons, so they are omitted. */
export function jobOf(pipeline: WirePipeline, workspace: string, source: string): Job {
  return {
    source,
    key: keyOf({ workspace, name: pipeline.name }),
    name: pipeline.name,
    status: statusOf(pipeline.status),
    nativeStatus: pipeline.status,
    createdAt: pipeline.created_at?.text ?? null,
    startedAt: null,
    finishedAt: null,
    attributes: attributesOf(pipeline),
  };
}

function attributesOf(pipeline: WirePipeline): JsonObject | null {
  return present({
    pipeline_id: pipeline.pipeline_id,
    desired_status: pipeline.desired_status,
    service_level: pipeline.service_level,
    last_edited_at: pipeline.last_edited_at?.text,
    deployed_version_id: pipeline.deployed_version_id,
    running_version_id: pipeline.running_version_id,
    draft_version_id: pipeline.draft_version_id,
  });
}

/** The origins of a pipeline's lines: the closed list of the reference page, in its order. */
export const ORIGINS = ['querypipeline', 'indexingpipeline', 'haystack', 'unknown'] as const;

/** The origins as steps. Every pipeline has all four. The vendor provides no state or times for them. */
export function stepsOf(): readonly Step[] {
  return ORIGINS.map((origin, index) => ({
    key: origin,
    name: origin,
    attemptKey: null,
    status: 'UNKNOWN',
    nativeStatus: null,
    createdAt: null,
    startedAt: null,
    finishedAt: null,
    time: 0n,
    tie: String(index),
  }));
}
