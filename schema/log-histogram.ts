import { histogramOfJobs } from '../resolvers/logs.ts';
import type { LogBucket, LogHistogram } from '../src/federation/api.ts';
import { builder } from './builder.ts';
import { LogFilterType } from './log-filter.ts';
import { LogSeverityType } from './log-severity.ts';
import { SourceFailureType } from './source-failure.ts';

const LogSeverityCountType = builder.objectRef<LogBucket['counts'][number]>('LogSeverityCount').implement({
  description: 'How many lines have a severity.',
  fields: (t) => ({
    severity: t.expose('severity', { type: LogSeverityType, description: 'The severity.' }),
    count: t.exposeInt('count', { description: 'How many lines have it.' }),
  }),
});

const LogBucketType = builder.objectRef<LogBucket>('LogBucket').implement({
  description: 'A span of time, and how many lines lie in it.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Its first instant.' }),
    until: t.expose('until', { type: 'DateTime', description: 'The first instant after it.' }),
    total: t.exposeInt('total', { description: 'Lines of all severities.' }),
    counts: t.field({
      type: [LogSeverityCountType],
      description: 'Lines of each severity that has any.',
      resolve: ({ counts }) => [...counts],
    }),
  }),
});

const LogHistogramType = builder.objectRef<LogHistogram>('LogHistogram').implement({
  description:
    'How many lines there are over time, by severity. Lines are counted from the newest on, up to a bound of about 20 pages of the largest size.',
  fields: (t) => ({
    from: t.expose('from', {
      type: 'DateTime',
      nullable: true,
      description: '`since` of the filter, or the time of the oldest line; null when there is no line.',
    }),
    until: t.expose('until', {
      type: 'DateTime',
      nullable: true,
      description: '`until` of the filter, or just after the newest line; null when there is no line.',
    }),
    coveredFrom: t.expose('coveredFrom', {
      type: 'DateTime',
      nullable: true,
      description:
        'From here on all lines are counted, but for those of `failures`. Later than `from` when the bound was met.',
    }),
    buckets: t.field({
      type: [LogBucketType],
      description: 'Spans of equal length without gaps, the oldest first; also those without lines.',
      resolve: ({ buckets }) => [...buckets],
    }),
    total: t.exposeInt('total', { description: 'Lines that were counted.' }),
    isPartial: t.exposeBoolean('isPartial', {
      description: 'Are lines missing: older than `coveredFrom`, or of a source in `failures`?',
    }),
    failures: t.field({
      type: [SourceFailureType],
      description: 'Sources that did not answer, or could not give all of their lines.',
      resolve: ({ failures }) => [...failures],
    }),
  }),
});

builder.queryField('logHistogram', (t) =>
  t.field({
    type: LogHistogramType,
    description: 'Counts of the lines of jobs per span of time and severity.',
    args: {
      jobs: t.arg.idList({ required: true, description: 'Global ids of the jobs.' }),
      filter: t.arg({ type: LogFilterType, description: 'Which lines; all of them by default.' }),
      buckets: t.arg.int({ description: 'How many spans, 1 to 1,000; 60 by default. Not together with `step`.' }),
      step: t.arg({
        type: 'Duration',
        description:
          'How long each span is; spans then begin at its multiples since 1970. Not together with `buckets`.',
      }),
    },
    resolve: histogramOfJobs,
  }),
);
