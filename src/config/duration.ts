import { z } from 'zod';

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

type Unit = 'ms' | 's' | 'm' | 'h';
const MILLISECONDS: Readonly<Record<Unit, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Timers of the runtime take at most 2^31 - 1 milliseconds; no setting needs more than a day. */
const LONGEST = 24 * MILLISECONDS.h;

/** Parses `500ms`, `10s`, `1.5m`, `2h` to milliseconds; null for anything else. */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text);
  if (match === null) return null;
  // The regular expression only matches these units.
  return Math.round(Number(match[1]) * MILLISECONDS[match[2] as Unit]);
}

/** Formats milliseconds in the largest unit that divides them. */
export function formatDuration(milliseconds: number): string {
  const units: readonly Unit[] = ['h', 'm', 's', 'ms'];
  const unit = units.find((each) => milliseconds % MILLISECONDS[each] === 0) ?? 'ms';
  return `${milliseconds / MILLISECONDS[unit]}${unit}`;
}

const FORM = 'a number with its unit, such as 500ms, 10s or 2m';

/** A time span in the configuration: a number with its unit, from 1ms to 24h. Decodes to milliseconds. */
export const duration = z
  .string({ error: FORM })
  .regex(DURATION, { error: `expected ${FORM}` })
  .transform((text, context): number => {
    const milliseconds = parseDuration(text);
    if (milliseconds !== null && milliseconds >= 1 && milliseconds <= LONGEST) return milliseconds;
    context.addIssue({ code: 'custom', message: 'must be from 1ms to 24h' });
    return z.NEVER;
  });
