import { logsOfPart } from '../resolvers/logs.ts';
import { partDetail, partId, partJob, partParent, partsOfPart } from '../resolvers/part.ts';
import { builder } from './builder.ts';
import { LogEntryConnectionType, StepConnectionType, TaskConnectionType } from './connections.ts';
import { JobStatusType } from './job-status.ts';
import { logArguments } from './log-arguments.ts';
import { pageArguments } from './page-arguments.ts';
import { AttemptType, JobType, StepType } from './refs.ts';

AttemptType.implement({
  description:
    'One execution of a job, or of one of its steps. `capabilities.attempts` of the source tells whether its vendor has attempts.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Global id of the attempt.', resolve: partId }),
    job: t.field({
      type: JobType,
      nullable: true,
      description: 'The job that it belongs to; null, with an error, if the selected fields could not be loaded.',
      resolve: partJob,
    }),
    key: t.exposeString('key', { description: 'Its key, unique among the attempts of the job.' }),
    number: t.int({
      nullable: true,
      description: '1 for the first attempt; null if the vendor does not number attempts.',
      resolve: partDetail('Attempt', 'number'),
    }),
    status: t.field({
      type: JobStatusType,
      description: 'What it is doing.',
      resolve: partDetail('Attempt', 'status'),
    }),
    nativeStatus: t.string({
      nullable: true,
      description: "The vendor's own word for its status, verbatim.",
      resolve: partDetail('Attempt', 'nativeStatus'),
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was created; null if the vendor does not say.',
      resolve: partDetail('Attempt', 'createdAt'),
    }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it started; null before that, and if the vendor does not say.',
      resolve: partDetail('Attempt', 'startedAt'),
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null before that, and if the vendor does not say.',
      resolve: partDetail('Attempt', 'finishedAt'),
    }),
    step: t.field({
      type: StepType,
      nullable: true,
      description: 'The step that was executed; null if the attempt is of the whole job.',
      resolve: partParent('Attempt', 'Step', ({ stepKey }) => stepKey),
    }),
    steps: t.field({
      type: StepConnectionType,
      nullable: true,
      description: 'The steps of this attempt, oldest first; empty if the vendor does not assign steps to attempts.',
      args: { ...pageArguments },
      resolve: partsOfPart('Attempt', 'Step'),
    }),
    tasks: t.field({
      type: TaskConnectionType,
      nullable: true,
      description: 'The tasks of this attempt, oldest first; empty if the vendor does not assign tasks to attempts.',
      args: { ...pageArguments },
      resolve: partsOfPart('Attempt', 'Task'),
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
