import { z } from 'zod';
import { TributaryError } from '../domain/errors.ts';
import type { JobRef } from '../domain/job.ts';
import { parseJob } from '../domain/job-reference.ts';
import { JOB_STATUSES } from '../domain/status.ts';
import { LOG_SEVERITIES } from '../domain/severity.ts';
import { suggestionFor } from '../domain/suggestion.ts';

/** The arguments of the tools. Their bounds keep answers small enough to read. Unknown arguments are refused. */

/** An object that refuses unknown names, with a message that lists the allowed ones. */
function only<S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const names = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? unknownNames(issue.keys, names) : undefined),
  });
}

function unknownNames(unknown: readonly string[], names: readonly string[]): string {
  const allowed = names.length === 0 ? 'This takes no arguments' : `Allowed are ${names.join(', ')}`;
  const shown = unknown.slice(0, 5).map((name) => unknownName(name.slice(0, 100), names));
  return `${shown.join(' ')} ${allowed}.`;
}

function unknownName(name: string, names: readonly string[]): string {
  const nearest = suggestionFor(name, names);
  return `There is no argument "${name}"${nearest === null ? '.' : `; did you mean "${nearest}"?`}`;
}

const source = z.string().max(200).describe('Name of a source, as list_sources gives it.');
const key = z.string().max(2_000).describe('Key of the job within its source, as list_jobs gives it.');

/** A job as lines name it: `SOURCE:KEY`. */
const reference = z.string().max(2_201);

const HOW_TO_NAME_A_JOB = 'A job is "SOURCE:KEY", or an object with `source` and `key`';

const oneJob = {
  job: reference.optional().describe('The job as "SOURCE:KEY", as lines name it; or give `source` and `key`.'),
  source: source.optional(),
  key: key.optional(),
};

interface OneJob {
  readonly job?: string | undefined;
  readonly source?: string | undefined;
  readonly key?: string | undefined;
}

/** The job that the arguments name, in either form. */
export function jobOf({ job, source: name, key: itsKey }: OneJob): JobRef {
  const whole = name === undefined || itsKey === undefined ? null : { source: name, key: itsKey };
  const isEither = (job === undefined) !== (name === undefined && itsKey === undefined);
  const named = job === undefined ? whole : parseJob(job);
  if (named === null || !isEither)
    throw new TributaryError('BAD_USER_INPUT', 'Give `job` as "SOURCE:KEY", or both `source` and `key`.');
  return named;
}

export const noArguments = only({});

export const jobArguments = only(oneJob);

const jobs = z
  .array(
    z.union(
      [
        only({ source, key }),
        reference.transform((text, context): JobRef => {
          const job = parseJob(text);
          if (job === null) context.addIssue({ code: 'custom', message: HOW_TO_NAME_A_JOB });
          return job ?? { source: '', key: '' };
        }),
      ],
      { error: HOW_TO_NAME_A_JOB },
    ),
  )
  .min(1)
  .max(20)
  .describe('The jobs, each with its source and key or as "SOURCE:KEY"; lines of several are merged in time order.');

const cursor = z.string().max(20_000);

const filterArguments = {
  since: z.string().max(100).optional().describe('At or after this time, RFC 3339.'),
  until: z.string().max(100).optional().describe('Before this time, RFC 3339.'),
  minSeverity: z.enum(LOG_SEVERITIES).optional().describe('At least this severe.'),
};

const page = {
  jobs,
  limit: z.int().min(1).max(200).default(50).describe('Lines at most. An answer that grows too long holds fewer.'),
  after: cursor.optional().describe('Go on to newer lines: `newer.cursor` of an answer to the same question.'),
  before: cursor.optional().describe('Go on to older lines: `older.cursor` of an answer to the same question.'),
  ...filterArguments,
};

export const pageArguments = only(page);

export const searchArguments = only({
  ...page,
  contains: z.string().min(1).max(1_000).optional().describe('Text in the message, in exactly this case.'),
  matches: z.string().min(1).max(1_000).optional().describe('A regular expression (RE2) in the message.'),
});

export const listArguments = only({
  sources: z.array(source).max(50).optional().describe('Of these sources only.'),
  status: z.array(z.enum(JOB_STATUSES)).max(JOB_STATUSES.length).optional().describe('With one of these statuses.'),
  nameContains: z.string().max(200).optional().describe('With this text in the name.'),
  limit: z.int().min(1).max(50).default(20).describe('Jobs at most.'),
  after: cursor.optional().describe('Go on: `next` of an answer to the same question.'),
});

const around = z.int().min(0).max(100).default(10);

export const contextArguments = only({
  line: z.string().max(5_000).describe('`id` of a line.'),
  before: around.describe('Lines before it.'),
  after: around.describe('Lines after it.'),
});

export const histogramArguments = only({
  jobs,
  buckets: z.int().min(1).max(60).default(20).describe('Spans of time.'),
  ...filterArguments,
});

export const waitArguments = only({
  ...oneJob,
  timeoutSeconds: z.int().min(1).max(50).default(30).describe('How long to wait at most. Call again to wait on.'),
});
