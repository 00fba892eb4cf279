import type { LogConnection, LogNode, PartConnection } from '../src/federation/api.ts';
import type { JobNode, JobNodeConnection } from '../resolvers/job.ts';
import { implementConnection } from './connection.ts';
import type { NodeRef, Words } from './connection.ts';
import { weightOfLine } from '../resolvers/log-entry.ts';
import { AttemptType, JobType, LogEntryType, StepType, TaskType } from './refs.ts';
import { SourceFailureType } from './source-failure.ts';
import { builder } from './builder.ts';

export const JobConnectionType = implementConnection<JobNode, JobNodeConnection>(
  JobType,
  { one: 'job', many: 'jobs' },
  'A page of jobs. Fields that are not selected cost nothing.',
);

builder.objectFields(JobConnectionType, (t) => ({
  failures: t.field({
    type: [SourceFailureType],
    description:
      'Sources that did not answer, or returned only some of their jobs: the rest is missing here. Retry with the same cursor.',
    resolve: (connection) => connection.failures(),
  }),
}));

export const AttemptConnectionType = partConnectionType(AttemptType, { one: 'attempt', many: 'attempts' });
export const StepConnectionType = partConnectionType(StepType, { one: 'step', many: 'steps' });
export const TaskConnectionType = partConnectionType(TaskType, { one: 'task', many: 'tasks' });

function partConnectionType<T>(node: NodeRef<T>, words: Words) {
  const description = `A page of ${words.many}. Fields that are not selected cost nothing.`;
  const type = implementConnection<T, PartConnection<T>>(node, words, description);
  builder.objectFields(type, (t) => ({
    failures: t.field({
      type: [SourceFailureType],
      description: `Rows of the source that could not be read or are out of reach: those ${words.many} are missing here.`,
      resolve: (connection) => connection.failures(),
    }),
  }));
  return type;
}

export const LogEntryConnectionType = implementConnection<LogNode, LogConnection>(
  LogEntryType,
  { one: 'line', many: 'lines' },
  'A page of log lines in time order. A short page is not always the last one: `pageInfo` tells whether there is more.',
  weightOfLine,
);

builder.objectFields(LogEntryConnectionType, (t) => ({
  isComplete: t.boolean({
    description: 'True if the jobs are finished and no more lines are expected. Costs the calls for the jobs.',
    resolve: (connection) => connection.isComplete(),
  }),
  failures: t.field({
    type: [SourceFailureType],
    description: 'Sources that did not answer. Lines of the other sources are included; retry with the same cursor.',
    resolve: (connection) => connection.failures(),
  }),
}));
