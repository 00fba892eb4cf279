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

/** The fields of an event as the service writes it: these and no others. */
const FIELDS: ReadonlySet<string> = new Set(['time', 'type', 'text', 'code']);

/**
 * The type of an event is a word in capitals, as are all states of a run; applications name the type of a message
 * by one letter (`E`, `W`).
 * https://help.sap.com/docs/job-scheduling/sap-job-scheduling-service/retrieve-job-schedule-details
 */
const TYPE = /^[A-Z]{2,}(?:_[A-Z]+)*$/;

/**
 * A run's text is one of two shapes: a message, or JSON that lists the events of the run (a text inside JSON:
 * encoded twice). Applications write lists of their own as messages. So it is a list of events only when every
 * item has the whole shape of one. Null: it is a message, to be shown as it came.
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
