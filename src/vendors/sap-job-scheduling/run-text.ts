import { z } from 'zod';
import { parseJson } from '../../domain/json.ts';
import { parseInstant } from '../../domain/time.ts';
import type { Instant } from '../../domain/time.ts';

/** One event in the life of a run. */
export interface RunEvent {
  readonly time: Instant | null;
  readonly type: string | null;
  readonly text: string;
  readonly code: number | string | null;
}

const eventsDecoder = z
  .array(
    z.object({
      time: z.string().nullish(),
      type: z.string().nullish(),
      text: z.string().nullish(),
      code: z.union([z.number(), z.string()]).nullish(),
    }),
  )
  .refine((events) => events.every(({ type, time }) => typeof type === 'string' || typeof time === 'string'));

/**
 * A run's text is either a message, or JSON that lists the events of the run (a text inside JSON: encoded
 * twice). Null when it is a message; also when it only looks like JSON.
 */
export function eventsOf(runText: string): readonly RunEvent[] | null {
  if (!runText.trimStart().startsWith('[')) return null;
  let parsed: unknown;
  try {
    parsed = parseJson(runText);
  } catch {
    return null;
  }
  const decoded = eventsDecoder.safeParse(parsed);
  if (!decoded.success) return null;
  return decoded.data.map(({ time, type, text, code }) => ({
    time: typeof time === 'string' ? parseInstant(time) : null,
    type: type ?? null,
    text: text ?? '',
    code: code ?? null,
  }));
}
