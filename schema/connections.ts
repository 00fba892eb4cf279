import type { LogConnection, LogNode } from '../src/federation/api.ts';
import type { JobNode } from '../resolvers/job.ts';
import { weightOfLine } from '../resolvers/log-entry.ts';
import { implementConnection } from './connection.ts';
import type { NodeRef } from './connection.ts';
import { AttemptType, JobType, LogEntryType, StepType, TaskType } from './refs.ts';
import { builder } from './builder.ts';

export const JobConnectionType = implementConnection<JobNode>(JobType, {
  one: 'job',
  many: 'jobs',
  page: 'A page of jobs. Fields that are not selected cost nothing.',
  failures:
    'Sources that did not answer, or returned only some of their jobs: the rest is missing here. Retry with the same cursor.',
});

export const AttemptConnectionType = partConnectionType(AttemptType, 'attempt');
export const StepConnectionType = partConnectionType(StepType, 'step');
export const TaskConnectionType = partConnectionType(TaskType, 'task');

function partConnectionType<T>(node: NodeRef<T>, one: string) {
  const many = `${one}s`;
  const page = `A page of ${many}. Fields that are not selected cost nothing.`;
  const failures = `Rows of the source that could not be read or are out of reach: those ${many} are missing here.`;
  return implementConnection<T>(node, { one, many, page, failures });
}

export const LogEntryConnectionType = implementConnection<LogNode, LogConnection>(
  LogEntryType,
  {
    one: 'line',
    many: 'lines',
    page: 'A page of log lines in time order. A short page is not always the last one: `pageInfo` tells whether there is more.',
    failures: 'Sources that did not answer. Lines of the other sources are included; retry with the same cursor.',
  },
  weightOfLine,
);

builder.objectFields(LogEntryConnectionType, (t) => ({
  isComplete: t.boolean({
    description: 'True if the jobs are finished and no more lines are expected. Costs the calls for the jobs.',
    resolve: (connection) => connection.isComplete(),
  }),
}));
