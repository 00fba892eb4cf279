import type { LogFilterField } from '../src/domain/log-filter.ts';
import type { Capabilities, NativePagination } from '../src/vendors/connector.ts';
import { builder } from './builder.ts';
import { enumType } from './enum-type.ts';

const NativePaginationType = enumType<NativePagination>(
  'NativePagination',
  "How the vendor's own log call is paged. Clients page the same way whatever it is.",
  {
    PAGE_TOKEN: 'An opaque token leads to the next page.',
    OFFSET: 'Pages start at a row number.',
    RECORD_KEYSET: 'Pages start after a record.',
    TIME_KEYSET: 'Pages start after a time.',
    WHOLE_RESPONSE: 'There are no pages: everything comes at once.',
  },
);

const LogFilterFieldType = enumType<LogFilterField>('LogFilterField', 'The parts of a `LogFilter`.', {
  SINCE: '`since`.',
  UNTIL: '`until`.',
  MIN_SEVERITY: '`minSeverity`.',
  SEVERITY_IN: '`severityIn`.',
  CONTAINS: '`contains`.',
  NOT_CONTAINS: '`notContains`.',
  MATCHES: '`matches`.',
  ATTEMPT_IN: '`attemptIn`.',
  STEP_IN: '`stepIn`.',
  TASK_IN: '`taskIn`.',
});

export const SourceCapabilitiesType = builder.objectRef<Capabilities>('SourceCapabilities').implement({
  description: 'What the vendor behind a source can do: why a field is null, or slow.',
  fields: (t) => ({
    attempts: t.exposeBoolean('attempts', {
      description: 'Does the vendor have attempts? If not, `attempts` is empty.',
    }),
    steps: t.exposeBoolean('steps', { description: 'Does the vendor have steps? If not, `steps` is empty.' }),
    tasks: t.exposeBoolean('tasks', { description: 'Does the vendor have tasks? If not, `tasks` is empty.' }),
    nativePagination: t.expose('nativePagination', {
      type: NativePaginationType,
      description: "How the vendor's own log call is paged.",
    }),
    maxPageSize: t.exposeInt('maxPageSize', {
      nullable: true,
      description: 'The largest native page of log entries; null where there are no pages. `first` may be larger.',
    }),
    totalCount: t.exposeBoolean('totalCount', {
      description: 'Can the vendor tell how many entries there are? If not, `totalCount` of logs is null.',
    }),
    pushdown: t.expose('pushdown', {
      type: [LogFilterFieldType],
      description:
        'Filters that the vendor applies, or is asked to apply as far as it can. What is left of them, and all others, is applied here, over a bounded number of its pages.',
    }),
  }),
});
