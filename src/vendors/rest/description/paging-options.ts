import { z } from 'zod';
import { TIME_FORMATS } from '../facts.ts';
import type { TimeFormat } from '../facts.ts';
import { isSingular, parsePath, PATH_FORM } from './paths.ts';

/** How the lists of a source are paged. */

export const path = z
  .string()
  .max(1_000)
  .refine((text) => isOne(parsePath(text)), { error: `${PATH_FORM}; no wildcard` });

export const pathWithWildcards = z
  .string()
  .max(1_000)
  .refine((text) => parsePath(text) !== null, { error: `${PATH_FORM}, * for all members` });

function isOne(parsed: ReturnType<typeof parsePath>): boolean {
  return parsed !== null && isSingular(parsed);
}

const parameter = z.string().min(1).max(200);
const first = z.int().min(0).max(1);

export const timeFormat = z.enum(Object.keys(TIME_FORMATS) as [TimeFormat, ...TimeFormat[]]);

const pageSize = z
  .int()
  .min(1)
  .max(10_000)
  .default(100)
  .describe(
    'Rows of a full page: the most that the API gives. Where `sizeParameter` is left out, what it always gives.',
  );
const sizeParameter = parameter.optional().describe('The parameter for the number of rows.');
const total = path.optional().describe('Where the answer has the total number of rows. Left out: it has none.');
const more = path.optional().describe('Where the answer says whether more rows follow: true or false.');

const sized = { pageSize, sizeParameter, total };

const bound = z.strictObject({
  parameter,
  format: timeFormat.default('date-time').describe('How the bound is written.'),
  exclusive: z.boolean().default(false).describe('True: the bound leaves out rows of its own instant.'),
});

const page = z.strictObject({
  scheme: z.literal('page'),
  parameter: parameter.default('page').describe('The number of the page.'),
  first: first.default(1).describe('The number of the first page.'),
  ...sized,
  more,
});

const offset = z.strictObject({
  scheme: z.literal('offset'),
  parameter: parameter.default('offset').describe('How many rows to skip.'),
  first: first.default(0).describe('The offset of the first row.'),
  ...sized,
  more,
});

const offsetOfLogs = offset.extend({
  since: bound
    .optional()
    .describe('Leaves out rows before a time. With `until` and both orders, a read begins at its place.'),
  until: bound.optional().describe('Leaves out rows after a time.'),
});

const token = z.strictObject({
  scheme: z.literal('token'),
  parameter: parameter.describe('Takes the token of the page.'),
  next: path.describe(
    'Where the answer says the token of the next page, or a URL that has it. Null, empty or missing: the end.',
  ),
  ...sized,
  emptyIsEnd: z
    .boolean()
    .default(false)
    .describe('True: a page without rows ends the list, even if it has a next token.'),
  maxWalk: z.int().min(1).max(1_000).default(50).describe('Most pages that one read walks to its place.'),
});

const time = z.strictObject({
  scheme: z.literal('time'),
  parameter: parameter.describe('Takes the time behind which a page begins, exclusive.'),
  descendingParameter: parameter
    .optional()
    .describe('The same parameter for descending order, if it has another name.'),
  format: timeFormat.default('date-time').describe('How that time is written.'),
  ...sized,
  more,
});

const whole = z.strictObject({ scheme: z.literal('whole').describe('One answer has everything, in any order.') });

export const logPaging = z
  .discriminatedUnion('scheme', [page, offsetOfLogs, token, time, whole])
  .describe('How lines are paged: by page number, offset, token or time, or not at all (`whole`).');

export const jobPaging = z
  .discriminatedUnion('scheme', [page, offset, token, whole])
  .describe('How jobs are paged: by page number, offset or token, or not at all (`whole`).');

export const order = z
  .union(
    [
      z.enum(['ascending', 'descending']),
      z.strictObject({ parameter, ascending: z.string().min(1), descending: z.string().min(1) }),
    ],
    { error: '"ascending", "descending", or an object with `parameter` and its values `ascending` and `descending`' },
  )
  .describe('By time: what the API gives, or the parameter that chooses it and its two values.');

export type LogPaging = z.output<typeof logPaging>;
export type JobPaging = z.output<typeof jobPaging>;
export type PagingOrder = z.output<typeof order>;
export type Bound = z.output<typeof bound>;
