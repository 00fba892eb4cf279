import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { parseInstant } from '../../domain/time.ts';

/**
 * What the vendor's answers look like, as far as they are read here. The reference page calls more fields
 * required than its own client and fixtures can rely on: `trace`, `exceptions`, `extra_fields` and `total`
 * come as null, or not at all.
 */

const instant = z.string().transform((text, context) => {
  const parsed = parseInstant(text);
  if (parsed !== null) return parsed;
  context.addIssue({ code: 'custom', message: 'expected a date-time' });
  return z.NEVER;
});

/** Any JSON object; its values come out of a JSON parser and are JSON already. */
const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'expected an object',
);

const frame = z.object({
  filename: z.string().nullish(),
  line_number: z.number().nullish(),
  name: z.string().nullish(),
});

const exception = z.object({
  type: z.string(),
  value: z.string().nullish(),
  trace: z.array(frame).nullish(),
});

export const pipelineLog = z.object({
  log_id: z.string(),
  message: z.string(),
  logged_at: instant,
  level: z.string().nullish(),
  origin: z.string().nullish(),
  exceptions: z.array(exception).nullish(),
  extra_fields: jsonObject.nullish(),
});

export const pipeline = z.object({
  pipeline_id: z.string().nullish(),
  name: z.string(),
  status: z.string().nullish(),
  desired_status: z.string().nullish(),
  service_level: z.string().nullish(),
  created_at: instant.nullish(),
  last_edited_at: instant.nullish(),
  deployed_version_id: z.string().nullish(),
  running_version_id: z.string().nullish(),
  draft_version_id: z.string().nullish(),
});

function listOf<T extends z.ZodType>(
  row: T,
): z.ZodObject<{ data: z.ZodArray<T>; has_more: z.ZodBoolean; total: z.ZodOptional<z.ZodNullable<z.ZodNumber>> }> {
  return z.object({ data: z.array(row), has_more: z.boolean(), total: z.number().nullish() });
}

export const pipelineLogs = listOf(pipelineLog);
export const pipelines = listOf(pipeline);

export type WirePipelineLog = z.output<typeof pipelineLog>;
export type WirePipeline = z.output<typeof pipeline>;
export type WirePipelineLogs = z.output<typeof pipelineLogs>;
