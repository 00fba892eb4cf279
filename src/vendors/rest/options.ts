import { z } from 'zod';
import { JOB_STATUSES } from '../../domain/status.ts';
import { LOG_SEVERITIES } from '../../domain/severity.ts';
import { variableNames } from './keys.ts';
import { jobPaging, logPaging, order, path, pathWithWildcards, timeFormat } from './description/paging-options.ts';
import { variablesIn } from './description/templates.ts';

/** The options of a source that the configuration describes: its calls, and where their answers contain each field. */

const requestPath = z
  .string()
  .regex(/^(\/[^/?#\s]+)+$/, { error: 'expected a path such as /jobs/{job}/logs, without a query', abort: true })
  .describe(
    'Below `baseUrl`. `{job}` stands for the key of the job; of a key of several fields, `{job.1}` for the first.',
  );

const request = {
  path: requestPath,
  method: z.enum(['GET', 'POST']).default('GET').describe('POST only if it changes nothing: it may be sent again.'),
  query: z
    .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Parameters that are always sent.'),
  body: z
    .record(z.string(), z.json())
    .optional()
    .describe('The body of a POST, as JSON. Parameters of paging, order and filters are added to it.'),
};

const field = z
  .union([path, z.array(path).min(1).max(10)], {
    error: 'a path in the row, or a list of paths of which the first that has a value counts',
  })
  .optional();

const attributes = z
  .record(z.string().min(1), path)
  .default({})
  .describe('Other fields that are shown: the name of each, and its path in the row. No others are shown.');

const jobList = z.strictObject({
  ...request,
  items: path.describe('Where the rows stand: a list.'),
  order: z
    .enum(['ascending', 'descending'])
    .default('descending')
    .describe('By `createdAt`. Descending: newest first.'),
  pagination: jobPaging,
});

const oneJob = z.strictObject({ ...request, item: path.default('$').describe('Where the job stands in the answer.') });

const jobs = z.strictObject({
  list: jobList.describe('The call that lists jobs.'),
  one: oneJob.describe('The call that gives one job.'),
  key: z
    .union([path, z.array(path).min(2).max(8)], { error: 'a path in the row, or a list of 2 to 8 paths' })
    .describe('What distinguishes a job. With several fields, the key joins them with slashes.'),
  name: field.describe('Default: the key.'),
  status: field,
  statuses: z
    .record(z.string(), z.enum(JOB_STATUSES))
    .default({})
    .describe('What the words of `status` mean, beside usual ones such as running and failed.'),
  createdAt: field.describe('Date-times, or numbers of seconds, milliseconds, microseconds or nanoseconds since 1970.'),
  startedAt: field,
  finishedAt: field,
  attributes,
});

const logs = z.strictObject({
  ...request,
  items: z
    .union([pathWithWildcards, z.array(pathWithWildcards).min(1).max(10)], {
      error: 'a path in the answer, or a list of paths',
    })
    .describe(
      'Where the rows stand: a list. `*` stands for all members; of several lists, those that are missing are empty.',
    ),
  id: field.describe('What distinguishes lines of one time. Left out: their texts. Needed for `offset` and `time`.'),
  time: z
    .union([path, z.array(path).min(1).max(10)], { error: 'a path in the row, or a list of paths' })
    .describe('What lines are ordered by.'),
  timeFormat: timeFormat.default('date-time').describe('How it is written. A date-time without a zone is UTC.'),
  message: field,
  severity: field.describe('Left out: it is inferred from the message.'),
  severities: z
    .record(z.string(), z.enum(LOG_SEVERITIES))
    .default({})
    .describe('What the words of `severity` mean, beside usual ones such as info and error.'),
  attributes,
  order,
  pagination: logPaging,
  filters: z
    .strictObject({
      contains: z
        .string()
        .min(1)
        .optional()
        .describe(
          'The parameter that selects lines by a text. It must return all lines that contain the text; this service checks them again.',
        ),
      severity: z
        .strictObject({
          parameter: z.string().min(1),
          words: z
            .partialRecord(
              z.enum(LOG_SEVERITIES),
              z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(20)]),
            )
            .describe('All words that mean a severity.'),
          separator: z
            .string()
            .min(1)
            .max(5)
            .optional()
            .describe('What stands between several words. Left out: the API takes one.'),
        })
        .optional()
        .describe(
          'The parameter that selects lines by level. Needs `severity`, and a level in every line: lines without a level are lost.',
        ),
    })
    .prefault({})
    .describe('What the API can leave out. Everything else is filtered here.'),
});

export const restOptions = z
  .strictObject({
    jobs: jobs.describe('How jobs are read.'),
    logs: logs.describe("How a job's lines are read."),
  })
  .superRefine(({ jobs: { key, list, one }, logs: lines }, context) => {
    const report = (where: readonly string[], message: string): void => {
      context.addIssue({ code: 'custom', path: [...where], message });
    };
    const names = variableNames(typeof key === 'string' ? 1 : key.length);
    for (const [where, asked, isOfJob] of [
      [['jobs', 'list'], list, false],
      [['jobs', 'one'], one, true],
      [['logs'], lines, true],
    ] as const) {
      const used = variablesIn([asked.path, asked.query, asked.body ?? null]);
      const wrong = used.find((name) => !isOfJob || !names.includes(name));
      const allowed = names.map((name) => `{${name}}`).join(', ');
      if (wrong !== undefined)
        report(
          [...where, 'path'],
          `has no {${wrong}}; ${isOfJob ? `allowed are ${allowed}` : 'a list of jobs takes no variables'}`,
        );
      else if (isOfJob && used.length === 0)
        report([...where, 'path'], `must name the job, in it, in \`query\` or in \`body\`: ${allowed}`);
      if (asked.body !== undefined && asked.method !== 'POST')
        report([...where, 'body'], 'is sent with `method: POST` only');
    }
    const { scheme } = lines.pagination;
    if ((scheme === 'offset' || scheme === 'time') && lines.id === undefined)
      report(['logs', 'id'], `is missing: pages by ${scheme} are joined by the ids of their rows`);
    if (lines.filters.severity !== undefined && lines.severity === undefined)
      report(['logs', 'severity'], 'is missing: `filters.severity` is about levels that lines say');
    if (scheme === 'time' && typeof lines.order === 'string')
      report(
        ['logs', 'order'],
        'expected an object with `parameter`, `ascending` and `descending`: pages by time need both orders',
      );
    if (
      lines.pagination.scheme === 'offset' &&
      (lines.pagination.since === undefined) !== (lines.pagination.until === undefined)
    )
      report(
        ['logs', 'pagination', lines.pagination.since === undefined ? 'since' : 'until'],
        'is missing: a read is bounded on both sides or on none',
      );
  });

export type RestOptions = z.output<typeof restOptions>;
export type DescribedJobs = RestOptions['jobs'];
export type DescribedLogs = RestOptions['logs'];
