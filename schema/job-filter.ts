import { builder } from './builder.ts';
import { JobStatusType } from './job-status.ts';

export const JobFilterType = builder.inputType('JobFilter', {
  description: 'Which jobs; every part that is given must hold.',
  fields: (t) => ({
    statusIn: t.field({ type: [JobStatusType], description: 'Jobs with one of these statuses.' }),
    nameContains: t.string({ description: 'Jobs with this text in their name, in any case.' }),
  }),
});
