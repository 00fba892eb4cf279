import { partDetail } from '../resolvers/part.ts';
import { builder } from './builder.ts';
import { identityFields, logsField, partsField, stateFields, stepField } from './part-fields.ts';
import { AttemptType } from './refs.ts';

AttemptType.implement({
  description:
    'One execution of a job, or of one of its steps. `capabilities.attempts` of the source tells whether its vendor has attempts.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    ...identityFields(t, 'Attempt'),
    number: t.int({
      nullable: true,
      description: '1 for the first attempt; null if the vendor does not number attempts.',
      resolve: partDetail('Attempt', 'number'),
    }),
    ...stateFields(t, (field) => partDetail('Attempt', field) as never),
    step: stepField(t, 'Attempt', 'The step that was executed; null if the attempt is of the whole job.'),
    steps: partsField(
      t,
      'Attempt',
      'Step',
      'The steps of this attempt, oldest first; empty if the vendor does not assign steps to attempts.',
    ),
    tasks: partsField(
      t,
      'Attempt',
      'Task',
      'The tasks of this attempt, oldest first; empty if the vendor does not assign tasks to attempts.',
    ),
    logs: logsField(t),
  }),
});
