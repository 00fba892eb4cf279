import type { Job } from '../../domain/job.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { statusFrom } from '../../domain/status.ts';
import { JOB_STATES, plainState } from './facts.ts';
import type { WireJob } from './wire.ts';

/** What a client may see of a job beside its own fields. */
const ATTRIBUTES = [
  'templateId',
  'appId',
  'description',
  'priority',
  'startAt',
  'submittedAt',
  'deletedAt',
  'duration',
  'errorMessage',
  'numChunks',
  'numUnitsEstimation',
  'regions',
] as const satisfies readonly (keyof WireJob)[];

/** Attributes that are int64, which the gateway writes as strings. */
const COUNTS: ReadonlySet<string> = new Set(['numChunks', 'numUnitsEstimation']);

export function jobOf(source: string, wire: WireJob): Job {
  return {
    source,
    key: wire.id,
    name: wire.name === null || wire.name === '' ? wire.id : wire.name,
    status: wire.state === null ? 'UNKNOWN' : statusFrom(JOB_STATES, plainState(wire.state)),
    nativeStatus: wire.state,
    createdAt: wire.createdAt?.text ?? null,
    startedAt: wire.startedAt?.text ?? null,
    finishedAt: (wire.endedAt ?? wire.completedAt)?.text ?? null,
    attributes: attributesOf(wire),
    changedAt: lastStateChange(wire),
  };
}

function lastStateChange({ stateTimestamps }: WireJob): string | undefined {
  const times = Object.values(stateTimestamps).filter((time) => time !== null);
  return times.sort((a, b) => (a.nanoseconds < b.nanoseconds ? -1 : 1)).at(-1)?.text;
}

function attributesOf(wire: WireJob): JsonObject | null {
  const shown = ATTRIBUTES.flatMap((name): [string, Json][] => {
    const value = COUNTS.has(name) ? asCount(wire[name]) : wire[name];
    return isPlain(value) && value !== null && value !== '' ? [[name, value]] : [];
  });
  return shown.length === 0 ? null : Object.fromEntries(shown);
}

function asCount(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

/** A scalar or a list of scalars: nothing that could carry more than its name says. */
function isPlain(value: unknown): value is Json {
  return Array.isArray(value) ? value.every(isScalar) : isScalar(value);
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
