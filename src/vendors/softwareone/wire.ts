import { z } from 'zod';
import type { ZodType } from 'zod';
import type { Json } from '../../domain/json.ts';
import { parseInstant } from '../../domain/time.ts';
import type { Instant } from '../../domain/time.ts';

/** What the vendor's answers are read as: what we need must be there, what is only shown may be anything. */

/** Optional, and null when it is missing or of another type. */
function lenient<T>(type: ZodType<T>) {
  return type
    .nullish()
    .catch(null)
    .transform((value) => value ?? null);
}

const text = lenient(z.string());
const number = lenient(z.number());

/** A date-time with any number of fraction digits, `T` or a space, `Z` or none. */
const optionalTime = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? parseInstant(value) : null));

const requiredTime = z.string().transform((value, context): Instant => {
  const instant = parseInstant(value);
  if (instant !== null) return instant;
  context.addIssue({ code: 'custom', message: 'expected a date-time' });
  return z.NEVER;
});

/** An event of an audit: the last one of its kind. */
const event = z
  .looseObject({ at: optionalTime })
  .nullish()
  .catch(null)
  .transform((value) => value?.at ?? null);

const audit = z
  .object({ created: event, updated: event, started: event, completed: event, failed: event })
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

/** A task that another object names. */
const reference = z
  .object({ id: z.string() })
  .nullish()
  .transform((value) => value ?? null);

/** Like `reference`, for what is only shown. */
const named = reference.catch(null);

export const taskWire = z.object({
  id: z.string(),
  name: text,
  status: text,
  code: text,
  queue: text,
  description: text,
  object: named,
  parent: reference,
  progress: number,
  eta: text,
  audit,
});
export type TaskWire = z.output<typeof taskWire>;

export const taskLogWire = z.object({
  id: z.string(),
  severity: text,
  message: text,
  timestamp: requiredTime,
  progress: number,
  eta: text,
  // It came out of JSON, so JSON it is.
  parameters: z
    .unknown()
    .optional()
    .transform((value) => (value ?? null) as Json | null),
});
export type TaskLogWire = z.output<typeof taskLogWire>;

const count = lenient(z.number().int().nonnegative());

const pagination = z
  .object({ offset: count, limit: count, total: count })
  .nullish()
  .catch(null)
  .transform((value) => value ?? { offset: null, limit: null, total: null });

const meta = z
  .object({ pagination })
  .nullish()
  .catch(null)
  .transform((value) => value?.pagination ?? { offset: null, limit: null, total: null });

export type PaginationWire = z.output<typeof meta>;

export const taskListWire = z.object({ $meta: meta, data: z.array(taskWire) });
export const taskLogListWire = z.object({ $meta: meta, data: z.array(taskLogWire) });
export type TaskLogListWire = z.output<typeof taskLogListWire>;
