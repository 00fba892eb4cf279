import { parseJson } from '../../../domain/json.ts';
import type { Json } from '../../../domain/json.ts';
import type { Instant } from '../../../domain/time.ts';
import { parseInstant } from '../../../domain/time.ts';
import { isFields } from '../../shared/wire.ts';

/** One event in the life of a run. */
export interface RunEvent {
  readonly time: Instant;
  readonly type: string;
  readonly text: string;
  readonly code: number | string | null;
}

/** All fields of an event that the service writes. */
const FIELDS: ReadonlySet<string> = new Set(['time', 'type', 'text', 'code']);

/**
 * The type of an event is a word in capitals, like all states of a run. Applications use single letters (`E`, `W`) as
 * types of messages. https://help.sap.com/docs/job-scheduling/sap-job-scheduling-service/retrieve-job-schedule-details
 */
const TYPE = /^[A-Z]{2,}(?:_[A-Z]+)*$/;

/**
 * A run's text is either a message or a JSON list of the run's events (JSON inside a JSON string). Applications may
 * write their own lists as messages, so it counts as a list of events only if every item has the full shape of one.
 * Null: it is a message, shown unchanged.
 */
export function eventsOf(runText: string): readonly RunEvent[] | null {
  if (!runText.trimStart().startsWith('[')) return null;
  let parsed: Json;
  try {
    parsed = parseJson(runText);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed)) return null;
  const events: RunEvent[] = [];
  for (const item of parsed as readonly Json[]) {
    const event = eventOf(item);
    if (event === null) return null;
    events.push(event);
  }
  return events;
}

function eventOf(item: Json): RunEvent | null {
  if (!isFields(item) || !Object.keys(item).every((name) => FIELDS.has(name))) return null;
  const { time, type, text = null, code = null } = item;
  const instant = typeof time === 'string' ? parseInstant(time) : null;
  if (instant === null || typeof type !== 'string' || !TYPE.test(type)) return null;
  if (text !== null && typeof text !== 'string') return null;
  if (code !== null && typeof code !== 'string' && typeof code !== 'number') return null;
  return { time: instant, type, text: text ?? '', code };
}
