import type { LogFilterField } from '../src/domain/log-filter.ts';
import type { Capabilities, NativePagination } from '../src/vendors/connector.ts';
import { builder } from './builder.ts';
import { enumType } from './enum-type.ts';

const NativePaginationType = enumType<NativePagination>(
  'NativePagination',
  "How the vendor's own log call is paged. Clients always page in the same way.",
  {
    PAGE_TOKEN: 'An opaque token leads to the next page.',
    OFFSET: 'Pages start at a row number.',
    RECORD_KEYSET: 'Pages start after a record.',
    TIME_KEYSET: 'Pages start after a time.',
    WHOLE_RESPONSE: 'There are no pages: everything is returned at once.',
  },
);

const LogFilterFieldType = enumType<LogFilterField>('LogFilterField', 'The fields of a `LogFilter`.', {
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
  description: 'What the vendor of a source supports: explains why a field is null or slow.',
  fields: (t) => ({
    attempts: t.exposeBoolean('attempts', {
      description: 'Whether the vendor has attempts. If not, `attempts` is empty.',
    }),
    steps: t.exposeBoolean('steps', { description: 'Whether the vendor has steps. If not, `steps` is empty.' }),
    tasks: t.exposeBoolean('tasks', { description: 'Whether the vendor has tasks. If not, `tasks` is empty.' }),
    nativePagination: t.expose('nativePagination', {
      type: NativePaginationType,
      description: "How the vendor's own log call is paged.",
    }),
    maxPageSize: t.exposeInt('maxPageSize', {
      nullable: true,
      description: 'The largest native page of lines; null if there are no pages. `first` may be larger.',
    }),
    totalCount: t.exposeBoolean('totalCount', {
      description: 'Whether the vendor can count lines. If not, `totalCount` of logs is null.',
    }),
    pushdown: t.expose('pushdown', {
      type: [LogFilterFieldType],
      description:
        'Filter fields that the vendor applies fully or in part. This service applies the rest, over a bounded number of native pages.',
    }),
  }),
});
