import { partDetail } from '../resolvers/part.ts';
import { builder } from './builder.ts';
import { attemptField, identityFields, logsField, nameField, stateFields, stepField } from './part-fields.ts';
import { TaskType } from './refs.ts';

TaskType.implement({
  description:
    'The smallest unit of work that a vendor names. `capabilities.tasks` of the source tells whether it has tasks.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    ...identityFields(t, 'Task'),
    name: nameField(t, 'Task'),
    ...stateFields(t, (field) => partDetail('Task', field) as never),
    attempt: attemptField(t, 'Task'),
    step: stepField(t, 'Task', 'The step that it is part of; null if the vendor names none.'),
    logs: logsField(t),
  }),
});
