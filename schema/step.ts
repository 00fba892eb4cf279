import { partDetail } from '../resolvers/part.ts';
import { builder } from './builder.ts';
import { attemptField, identityFields, logsField, nameField, partsField, stateFields } from './part-fields.ts';
import { StepType } from './refs.ts';

StepType.implement({
  description: 'A stage of a job. `capabilities.steps` of the source tells whether its vendor has steps.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    ...identityFields(t, 'Step'),
    name: nameField(t, 'Step'),
    ...stateFields(t, (field) => partDetail('Step', field) as never),
    attempt: attemptField(t, 'Step'),
    attempts: partsField(
      t,
      'Step',
      'Attempt',
      'The attempts of this step, oldest first; empty if attempts are of the whole job.',
    ),
    tasks: partsField(
      t,
      'Step',
      'Task',
      'The tasks of this step, oldest first; empty if the vendor does not assign tasks to steps.',
    ),
    logs: logsField(t),
  }),
});
