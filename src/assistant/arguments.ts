import { z } from 'zod';
import { JOB_STATUSES } from '../domain/status.ts';
import { LOG_SEVERITIES } from '../domain/severity.ts';

/** What tools take. The bounds keep an answer small enough to read. */

const source = z.string().max(200).describe('Name of a source, as list_sources gives it.');
const key = z.string().max(2_000).describe('Key of the job within its source, as list_jobs gives it.');

export const jobArguments = { source, key };

const jobs = z
  .array(z.strictObject(jobArguments))
  .min(1)
  .max(20)
  .describe('The jobs; lines of several are merged in time order.');

const cursor = z.string().max(20_000);

const filterArguments = {
  since: z.string().max(100).optional().describe('At or after this time, RFC 3339.'),
  until: z.string().max(100).optional().describe('Before this time, RFC 3339.'),
  minSeverity: z.enum(LOG_SEVERITIES).optional().describe('At least this severe.'),
};

export const pageArguments = {
  jobs,
  limit: z.int().min(1).max(200).default(50).describe('Lines at most. An answer that grows too long holds fewer.'),
  after: cursor.optional().describe('Go on to newer lines: `newer.cursor` of an answer to the same question.'),
  before: cursor.optional().describe('Go on to older lines: `older.cursor` of an answer to the same question.'),
  ...filterArguments,
};

export const searchArguments = {
  contains: z.string().min(1).max(1_000).optional().describe('Text in the message, in exactly this case.'),
  matches: z.string().min(1).max(1_000).optional().describe('A regular expression (RE2) in the message.'),
};

export const listArguments = {
  sources: z.array(source).max(50).optional().describe('Of these sources only.'),
  status: z.array(z.enum(JOB_STATUSES)).max(JOB_STATUSES.length).optional().describe('With one of these statuses.'),
  nameContains: z.string().max(200).optional().describe('With this text in the name.'),
  limit: z.int().min(1).max(50).default(20).describe('Jobs at most.'),
  after: cursor.optional().describe('Go on: `next` of an answer to the same question.'),
};

const around = z.int().min(0).max(100).default(10);

export const contextArguments = {
  line: z.string().max(5_000).describe('`id` of a line.'),
  before: around.describe('Lines before it.'),
  after: around.describe('Lines after it.'),
};

export const histogramArguments = {
  jobs,
  buckets: z.int().min(1).max(60).default(20).describe('Spans of time.'),
  ...filterArguments,
};

export const waitArguments = {
  ...jobArguments,
  timeoutSeconds: z.int().min(1).max(50).default(30).describe('How long to wait at most. Call again to wait on.'),
};
