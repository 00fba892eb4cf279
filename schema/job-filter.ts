import { builder } from './builder.ts';
import { JobStatusType } from './job-status.ts';

export const JobFilterType = builder.inputType('JobFilter', {
  description: 'Selects jobs; a job must meet all given conditions.',
  fields: (t) => ({
    statusIn: t.field({ type: [JobStatusType], description: 'Jobs with one of these statuses.' }),
    nameContains: t.string({ description: 'Jobs with this text in their name, case-insensitive.' }),
  }),
});
