import { logsOfPart } from '../resolvers/logs.ts';
import { partDetail, partId, partJob, partParent, partsOfPart } from '../resolvers/part.ts';
import { builder } from './builder.ts';
import { AttemptConnectionType, LogEntryConnectionType, TaskConnectionType } from './connections.ts';
import { JobStatusType } from './job-status.ts';
import { logArguments } from './log-arguments.ts';
import { pageArguments } from './page-arguments.ts';
import { AttemptType, JobType, StepType } from './refs.ts';

StepType.implement({
  description: 'A stage of a job. `capabilities.steps` of the source tells whether its vendor has steps.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Global id of the step.', resolve: partId }),
    job: t.field({
      type: JobType,
      nullable: true,
      description: 'The job that it belongs to; null, with an error, if the selected fields could not be loaded.',
      resolve: partJob,
    }),
    key: t.exposeString('key', { description: 'Its key, unique among the steps of the job.' }),
    name: t.string({ description: 'Its name, for people.', resolve: partDetail('Step', 'name') }),
    status: t.field({ type: JobStatusType, description: 'What it is doing.', resolve: partDetail('Step', 'status') }),
    nativeStatus: t.string({
      nullable: true,
      description: "The vendor's own word for its status, verbatim.",
      resolve: partDetail('Step', 'nativeStatus'),
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was created; null if the vendor does not say.',
      resolve: partDetail('Step', 'createdAt'),
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it started; null before that, and if the vendor does not say.',
      resolve: partDetail('Step', 'startedAt'),
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null before that, and if the vendor does not say.',
      resolve: partDetail('Step', 'finishedAt'),
    }),
    attempt: t.field({
      type: AttemptType,
      nullable: true,
      description: 'The attempt that it is part of; null if the vendor names none.',
      resolve: partParent('Step', 'Attempt', ({ attemptKey }) => attemptKey),
    }),
    attempts: t.field({
      type: AttemptConnectionType,
      nullable: true,
      description: 'The attempts of this step, oldest first; empty if attempts are of the whole job.',
      args: { ...pageArguments },
      resolve: partsOfPart('Step', 'Attempt'),
    }),
    tasks: t.field({
      type: TaskConnectionType,
      nullable: true,
      description: 'The tasks of this step, oldest first; empty if the vendor does not assign tasks to steps.',
      args: { ...pageArguments },
      resolve: partsOfPart('Step', 'Task'),
    }),
    logs: t.field({
      type: LogEntryConnectionType,
      nullable: true,
      description: 'Its lines.',
      args: logArguments,
      resolve: logsOfPart,
    }),
  }),
});
