import { z } from 'zod';
import { parseInstant } from '../../domain/time.ts';
import type { Instant } from '../../domain/time.ts';

/** One event in the life of a run. */
export interface RunEvent {
  readonly time: Instant;
  readonly type: string;
  readonly text: string;
  readonly code: number | string | null;
}

/**
 * An event as the service writes it: these fields and no others. The type is a word in capitals, as are all
 * states of a run; applications name the type of a message by one letter (`E`, `W`).
 * https://help.sap.com/docs/job-scheduling/sap-job-scheduling-service/retrieve-job-schedule-details
 */
const eventDecoder = z.strictObject({
  time: z.string().transform((text, context): Instant => {
    const time = parseInstant(text);
    if (time !== null) return time;
    context.addIssue({ code: 'custom', message: 'expected a date and time' });
    return z.NEVER;
  }),
  type: z.string().regex(/^[A-Z]{2,}(?:_[A-Z]+)*$/),
  text: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  code: z
    .union([z.number(), z.string()])
    .nullish()
    .transform((code) => code ?? null),
});

const eventsDecoder = z.array(eventDecoder);

/**
 * A run's text is one of two shapes: a message, or JSON that lists the events of the run (a text inside JSON:
 * encoded twice). Applications write lists of their own as messages. So it is a list of events only when every
 * item has the whole shape of one. Null: it is a message, to be shown as it came.
 */
export function eventsOf(runText: string): readonly RunEvent[] | null {
  if (!runText.trimStart().startsWith('[')) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(runText);
  } catch {
    return null;
  }
  return eventsDecoder.safeParse(parsed).data ?? null;
}
