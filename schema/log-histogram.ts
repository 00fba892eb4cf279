import { histogramOfJobs } from '../resolvers/logs.ts';
import type { LogBucket, LogHistogram } from '../src/federation/api.ts';
import { builder } from './builder.ts';
import { LogFilterType } from './log-filter.ts';
import { LogSeverityType } from './log-severity.ts';
import { SourceFailureType } from './source-failure.ts';

const LogSeverityCountType = builder.objectRef<LogBucket['counts'][number]>('LogSeverityCount').implement({
  description: 'The number of lines with a severity.',
  fields: (t) => ({
    severity: t.expose('severity', { type: LogSeverityType, description: 'The severity.' }),
    count: t.exposeInt('count', { description: 'Number of lines.' }),
  }),
});

const LogBucketType = builder.objectRef<LogBucket>('LogBucket').implement({
  description: 'A time span and the number of lines in it.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Its first instant.' }),
    until: t.expose('until', { type: 'DateTime', description: 'The first instant after it.' }),
    total: t.exposeInt('total', { description: 'Lines of all severities.' }),
    counts: t.field({
      type: [LogSeverityCountType],
      description: 'Lines by severity; only severities that occur.',
      resolve: ({ counts }) => [...counts],
    }),
  }),
});

const LogHistogramType = builder.objectRef<LogHistogram>('LogHistogram').implement({
  description:
    'The number of lines over time, by severity. Sources that can count the lines of a span count them; other lines are counted from the newest backward, up to about 20 pages of the largest size.',
  fields: (t) => ({
    from: t.expose('from', {
      type: 'DateTime',
      nullable: true,
      description: '`since` of the filter, or the time of the oldest line; null if there are no lines.',
    }),
    until: t.expose('until', {
      type: 'DateTime',
      nullable: true,
      description: '`until` of the filter, or just after the newest line; null if there are no lines.',
    }),
    coveredFrom: t.expose('coveredFrom', {
      type: 'DateTime',
      nullable: true,
      description:
        'From this time on, all lines are counted, except those missing because of `failures`. Later than `from` if the bound was reached.',
    }),
    buckets: t.field({
      type: [LogBucketType],
      description:
        'Adjacent spans of equal length, oldest first, including those without lines. They begin at whole seconds or milliseconds if they are long.',
      resolve: ({ buckets }) => [...buckets],
    }),
    total: t.exposeInt('total', { description: 'Number of counted lines.' }),
    isPartial: t.exposeBoolean('isPartial', {
      description: 'True if lines are missing: those older than `coveredFrom`, or those of a source in `failures`.',
    }),
    failures: t.field({
      type: [SourceFailureType],
      description: 'Sources that did not answer, or could not return all of their lines.',
      resolve: ({ failures }) => [...failures],
    }),
  }),
});

builder.queryField('logHistogram', (t) =>
  t.field({
    type: LogHistogramType,
    description: 'Counts the lines of jobs by time span and severity.',
    args: {
      jobs: t.arg.idList({ required: true, description: 'Global ids of the jobs.' }),
      filter: t.arg({ type: LogFilterType, description: 'Selects lines; default: all.' }),
      buckets: t.arg.int({ description: 'Number of spans, 1 to 1,000; default: 60. Cannot be combined with `step`.' }),
      step: t.arg({
        type: 'Duration',
        description:
          'Length of each span; spans then start at multiples of it since 1970. Cannot be combined with `buckets`.',
      }),
    },
    resolve: histogramOfJobs,
  }),
);
