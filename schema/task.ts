import { logsOfPart } from '../resolvers/logs.ts';
import { partDetail, partId, partJob, partParent } from '../resolvers/part.ts';
import { builder } from './builder.ts';
import { LogEntryConnectionType } from './connections.ts';
import { JobStatusType } from './job-status.ts';
import { logArguments } from './log-arguments.ts';
import { AttemptType, JobType, StepType, TaskType } from './refs.ts';

TaskType.implement({
  description:
    'The smallest unit of work that a vendor names. `capabilities.tasks` of the source tells whether it has tasks.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Global id of the task.', resolve: partId }),
    job: t.field({
      type: JobType,
      nullable: true,
      description: 'The job that it belongs to; null, with an error, if the selected fields could not be loaded.',
      resolve: partJob,
    }),
    key: t.exposeString('key', { description: 'Its key, unique among the tasks of the job.' }),
    name: t.string({ description: 'Its name, for people.', resolve: partDetail('Task', 'name') }),
    status: t.field({ type: JobStatusType, description: 'What it is doing.', resolve: partDetail('Task', 'status') }),
    nativeStatus: t.string({
      nullable: true,
      description: "The vendor's own word for its status, verbatim.",
      resolve: partDetail('Task', 'nativeStatus'),
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was created; null if the vendor does not say.',
      resolve: partDetail('Task', 'createdAt'),
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it started; null before that, and if the vendor does not say.',
      resolve: partDetail('Task', 'startedAt'),
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null before that, and if the vendor does not say.',
      resolve: partDetail('Task', 'finishedAt'),
    }),
    attempt: t.field({
      type: AttemptType,
      nullable: true,
      description: 'The attempt that it is part of; null if the vendor names none.',
      resolve: partParent('Task', 'Attempt', ({ attemptKey }) => attemptKey),
    }),
    step: t.field({
      type: StepType,
      nullable: true,
      description: 'The step that it is part of; null if the vendor names none.',
      resolve: partParent('Task', 'Step', ({ stepKey }) => stepKey),
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
