import { z } from 'zod';
import { parseInstant } from '../../domain/time.ts';
import type { Instant } from '../../domain/time.ts';

/**
 * The service's answers. Fields that we do not read are ignored; those that some answers leave out or
 * send as null become null. The service writes a time in three ways, all of them UTC.
 */

/** A time that a run is placed by: one that can't be read is an error that names its field. */
const instant = z
  .string()
  .nullish()
  .transform((text, context): Instant | null => {
    if (text === null || text === undefined || text === '') return null;
    const parsed = parseInstant(text);
    if (parsed !== null) return parsed;
    context.addIssue({ code: 'custom', message: 'expected a date and time' });
    return z.NEVER;
  });

/** A time that is only shown: one that can't be read is null. */
const shownInstant = z
  .unknown()
  .optional()
  .transform((value): Instant | null => (typeof value === 'string' ? parseInstant(value) : null));

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? null);

/** A count is a hint: one that can't be a number of things is none. */
const count = z
  .unknown()
  .optional()
  .transform((value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : null,
  );

/** Ids are numbers for jobs and texts for the rest; in the graph all keys are texts. */
const id = z.union([z.string().min(1), z.number()]).transform(String);

const statusCode = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{3}$/)
      .transform(Number),
  ])
  .nullish();

/** `runText` is a text; what would be JSON inside it is accepted bare, too. */
const runText = z
  .unknown()
  .optional()
  .transform((value): string => {
    if (typeof value === 'string') return value;
    return value === null || value === undefined ? '' : JSON.stringify(value);
  });

export const runDecoder = z.object({
  runId: id,
  runText,
  httpStatus: statusCode.transform((value) => value ?? null),
  executionTimestamp: instant,
  scheduleTimestamp: instant,
  completionTimestamp: instant,
  runStatus: text,
  runState: text,
  /** Only in the logs of a schedule. */
  statusMessage: text,
});
export type NativeRun = z.infer<typeof runDecoder>;

export const runPageDecoder = z.object({
  total: count,
  results: z.array(runDecoder),
  /** Null at the ends of other lists, absent at the ends of this one; undefined tells a dialect without links. */
  next_url: z.string().nullish(),
  prev_url: z.string().nullish(),
});
export type NativeRunPage = z.infer<typeof runPageDecoder>;

export const scheduleDecoder = z.object({
  scheduleId: id,
  description: text,
  active: flag,
  type: text,
  startTime: shownInstant,
});
export type NativeSchedule = z.infer<typeof scheduleDecoder>;

export const schedulePageDecoder = z.object({ total: count, results: z.array(scheduleDecoder) });

export const jobDecoder = z.object({
  /** In the list an old job may have two ids that differ; `_id` is the one that all answers have. */
  _id: id.nullish(),
  jobId: id.nullish(),
  name: text,
  description: text,
  active: flag,
  httpMethod: text,
  jobType: text,
  createdAt: shownInstant,
  startTime: shownInstant,
  endTime: shownInstant,
  ACTIVECOUNT: count,
  INACTIVECOUNT: count,
  /** Only in a job's own answer, and there only when it is asked for. */
  schedules: z.array(scheduleDecoder).nullish(),
});
export type NativeJob = z.infer<typeof jobDecoder>;

export const jobPageDecoder = z.object({
  total: count,
  results: z.array(jobDecoder),
  next_url: z.string().nullish(),
});
export type NativeJobPage = z.infer<typeof jobPageDecoder>;
