import { z } from 'zod';
import { parseInstant } from '../../domain/time.ts';

/**
 * What the jobs service sends, as far as it is read here. Lists leave nulls out and single entities have
 * them, so everything that is not needed to tell one row from another may be absent or null. Fields that
 * are not named are dropped: among them who asked (`auth_context`, `ownership`) and the environment of a
 * job (`spec`, the inside of `platform_spec`).
 */

const text = z.string().nullish();

/** Times without a zone are UTC. One that can't be read is left out: it orders nothing that must be exact. */
const time = text.transform((value) => (typeof value === 'string' ? parseInstant(value) : null));

const details = z.json().optional();

const plannedSteps = z
  .object({ steps: z.array(z.object({ name: z.string() })) })
  .nullish()
  .catch(null);

const state = { status: text, created_at: time, updated_at: time };

export const jobWire = z.object({
  ...state,
  name: z.string(),
  id: text,
  attempt_id: text,
  project: text,
  description: text,
  source: text,
  platform_spec: plannedSteps,
  status_details: details,
  error_details: details,
});
export type JobWire = z.infer<typeof jobWire>;

const taskWire = z.object({ ...state, name: z.string() });
export type TaskWire = z.infer<typeof taskWire>;

const treeStepWire = z.object({ ...state, name: z.string(), tasks: z.array(taskWire).nullish() });
export type TreeStepWire = z.infer<typeof treeStepWire>;

/** The `/status` answer: steps and tasks of the current attempt. */
export const statusTreeWire = z.object({ steps: z.array(treeStepWire).nullish() });
export type StatusTreeWire = z.infer<typeof statusTreeWire>;

const stepWire = z.object({ ...state, name: z.string(), attempt_id: text });
export type StepWire = z.infer<typeof stepWire>;

const attemptWire = z.object({
  ...state,
  id: z.string(),
  /** Counts from 0. */
  seq: z.number().nullish(),
});
export type AttemptWire = z.infer<typeof attemptWire>;

const pagination = z.object({ total_pages: z.number().nullish(), total_results: z.number().nullish() }).nullish();

/** A page-number list. Filters may be applied after the page: a short page is not the last one. */
export interface ListWire<Row> {
  readonly data: readonly Row[];
  readonly pagination?:
    | { readonly total_pages?: number | null | undefined; readonly total_results?: number | null | undefined }
    | null
    | undefined;
}

export const jobListWire = z.object({ data: z.array(jobWire), pagination });
export const stepListWire = z.object({ data: z.array(stepWire), pagination });
export const attemptListWire = z.object({ data: z.array(attemptWire), pagination });

const logTime = z.string().transform((value, context) => {
  const instant = parseInstant(value);
  if (instant !== null) return instant;
  context.addIssue({ code: 'custom', message: 'expected a date-time' });
  return z.NEVER;
});

const logRowWire = z.object({ timestamp: logTime, job_step: text, job_task: text, message: text });
export type LogRowWire = z.infer<typeof logRowWire>;

/** `next_page` is null, empty or missing at the end. */
export const logPageWire = z.object({ data: z.array(logRowWire), total: z.number().nullish(), next_page: text });

/** An error body: `detail` is a text or the web framework's list. */
const errorWire = z.object({ detail: z.string() });

/** The text of an error body; null when it has none. */
export function detailOf(body: unknown): string | null {
  const parsed = errorWire.safeParse(body);
  return parsed.success ? parsed.data.detail : null;
}
