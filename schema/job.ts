import { job, jobDetail, jobId, jobs, jobSource } from '../resolvers/job.ts';
import { logsOfJob } from '../resolvers/logs.ts';
import { builder } from './builder.ts';
import * as connections from './connections.ts';
import { JobFilterType } from './job-filter.ts';
import { logArguments } from './log-arguments.ts';
import { pageArguments } from './page-arguments.ts';
import { jobPartsField, stateFields } from './part-fields.ts';
import { JobType, SourceType } from './refs.ts';

JobType.implement({
  description:
    'Work that a source runs, or is ready to run, and that has a log. `id`, `source`, `key` and the connections cost no call for the job itself.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Global id of the job.', resolve: jobId }),
    source: t.field({ type: SourceType, description: 'Where it runs.', resolve: jobSource }),
    key: t.exposeString('key', {
      description: 'Its natural key within the source: `job(source:, key:)` finds it again.',
    }),
    name: t.string({ description: 'Its name, for people.', resolve: jobDetail('name') }),
    ...stateFields(t, (field) => jobDetail(field) as never),
    attributes: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Other data about the job, as the vendor names it.',
      resolve: jobDetail('attributes'),
    }),
    attempts: jobPartsField(t, 'Attempt'),
    steps: jobPartsField(t, 'Step'),
    tasks: jobPartsField(t, 'Task'),
    logs: t.field({
      type: connections.LogEntryConnectionType,
      nullable: true,
      description:
        'Its lines. If the vendor keeps a log for each attempt: the lines of the current attempt; `Attempt.logs` has the others.',
      args: logArguments,
      resolve: logsOfJob,
    }),
  }),
});

builder.queryFields((t) => ({
  job: t.field({
    type: JobType,
    nullable: true,
    description: 'A job by its natural key; null if there is none.',
    args: {
      source: t.arg.string({ required: true, description: "The source's name." }),
      key: t.arg.string({ required: true, description: "The job's key within the source." }),
    },
    resolve: job,
  }),
  jobs: t.field({
    type: connections.JobConnectionType,
    description:
      'Jobs of one or several sources, merged newest first; those without a `createdAt` come last. If a source does not answer, its jobs are missing and `failures` lists it.',
    args: {
      sources: t.arg.stringList({ description: 'Names of the sources; default: all.' }),
      filter: t.arg({ type: JobFilterType, description: 'Selects jobs; default: all.' }),
      ...pageArguments,
    },
    resolve: jobs,
  }),
}));
