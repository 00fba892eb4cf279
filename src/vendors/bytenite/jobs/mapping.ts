import type { Job } from '../../../domain/job.ts';
import type { Json, JsonObject } from '../../../domain/json.ts';
import { statusOf } from '../facts.ts';
import { SHOWN } from '../wire.ts';
import type { WireJob } from '../wire.ts';

/** Attributes that are int64, which the gateway writes as strings. */
const COUNTS: ReadonlySet<string> = new Set(['numChunks', 'numUnitsEstimation']);

export function jobOf(source: string, wire: WireJob): Job {
  return {
    source,
    key: wire.id,
    name: wire.name === null || wire.name === '' ? wire.id : wire.name,
    status: statusOf(wire.state),
    nativeStatus: wire.state,
    createdAt: wire.createdAt?.text ?? null,
    startedAt: wire.startedAt?.text ?? null,
    finishedAt: (wire.endedAt ?? wire.completedAt)?.text ?? null,
    attributes: attributesOf(wire),
    changedAt: lastStateChange(wire),
  };
}

function lastStateChange({ stateTimestamps }: WireJob): string | undefined {
  const times = [...stateTimestamps.values()];
  return times.sort((a, b) => (a.nanoseconds < b.nanoseconds ? -1 : 1)).at(-1)?.text;
}

function attributesOf(wire: WireJob): JsonObject | null {
  const shown = SHOWN.flatMap((name): [string, Json][] => {
    const value = COUNTS.has(name) ? asCount(wire.shown[name]) : wire.shown[name];
    return isPlain(value) && value !== null && value !== '' ? [[name, value]] : [];
  });
  return shown.length === 0 ? null : Object.fromEntries(shown);
}

function asCount(value: Json): Json {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

/** True for a scalar or a list of scalars, which cannot contain more than its name suggests. */
function isPlain(value: Json): boolean {
  return Array.isArray(value) ? value.every(isScalar) : isScalar(value);
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
