import type { Job } from '../../../domain/job.ts';
import type { Json, JsonObject } from '../../../domain/json.ts';
import { jobKey } from '../keys.ts';
import { statusOf } from '../facts.ts';
import type { JobWire } from '../wire.ts';

/** The vendor states when a job was created and last updated, not when it started or ended. */
export function jobOf(source: string, workspace: string, wire: JobWire): Job {
  return {
    source,
    key: jobKey(workspace, wire.name),
    name: wire.name,
    status: statusOf(wire.status),
    nativeStatus: wire.status,
    createdAt: wire.created_at?.text ?? null,
    startedAt: null,
    finishedAt: null,
    attributes: attributesOf(workspace, wire),
    changedAt: wire.updated_at?.text,
  };
}

function attributesOf(workspace: string, wire: JobWire): JsonObject {
  return present({
    id: wire.id,
    workspace,
    source: wire.source,
    project: wire.project,
    description: wire.description,
    attemptId: wire.attempt_id,
    updatedAt: wire.updated_at?.text,
    statusDetails: wire.status_details,
    errorDetails: wire.error_details,
    plannedSteps: wire.plannedSteps ?? undefined,
  });
}

/** Drops absent, null and empty members, because the vendor's lists omit nulls and its single entities contain them. */
function present(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  const kept = Object.entries(fields).filter((field): field is [string, Json] => !isEmpty(field[1]));
  return Object.fromEntries(kept);
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
