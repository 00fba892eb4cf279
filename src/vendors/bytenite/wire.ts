import { z } from 'zod';
import { parseInstant } from '../../domain/time.ts';

/** Shapes of what the API answers, read tolerantly: a field may be null, missing, or of a newer version. */

/** Go's zero time: how a gateway may write a time that was never set. */
const NEVER = /^0001-01-01T/;

const time = z
  .string()
  .nullish()
  .transform((text, context) => {
    if (text === null || text === undefined || text === '' || NEVER.test(text)) return null;
    const instant = parseInstant(text);
    if (instant !== null) return instant;
    context.addIssue({ code: 'custom', message: 'expected a date-time' });
    return z.NEVER;
  });

/** int64 comes as a string from a protobuf gateway; a plain number is taken too. */
const count = z
  .union([z.number().int(), z.string().regex(/^-?\d{1,19}$/)])
  .nullish()
  .transform((value) => (value === null || value === undefined ? null : Number(value)));

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

/** Any value, or none: shown only as far as it is plain. */
const plain = z.unknown().optional();

export const jobDecoder = z.object({
  id: z.string().min(1),
  name: text,
  state: text,
  createdAt: time,
  startedAt: time,
  endedAt: time,
  /** What `endedAt` was called before. */
  completedAt: time,
  stateTimestamps: z
    .record(z.string(), time)
    .nullish()
    .transform((value) => value ?? {}),
  // Shown as attributes as far as they are plain values. Never read: `params`, `dataSource` and
  // `dataDestination`, which hold credentials of the customer's storage.
  templateId: plain,
  appId: plain,
  description: plain,
  priority: plain,
  submittedAt: plain,
  startAt: plain,
  deletedAt: plain,
  duration: plain,
  errorMessage: plain,
  numChunks: plain,
  numUnitsEstimation: plain,
  regions: plain,
});

export type WireJob = z.infer<typeof jobDecoder>;

export const jobAnswerDecoder = z.object({ job: jobDecoder.nullish() });

export const jobListDecoder = z.object({
  pagination: z.object({ total: count, hasNext: z.boolean().nullish() }).nullish(),
  data: z
    .array(jobDecoder)
    .nullish()
    .transform((jobs) => jobs ?? []),
});
