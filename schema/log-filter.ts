import { builder } from './builder.ts';
import { LogSeverityType } from './log-severity.ts';

export const LogFilterType = builder.inputType('LogFilter', {
  description:
    'Selects lines; a line must meet all given conditions. `capabilities.pushdown` of a source lists what its vendor filters itself. The rest is filtered by this service over a bounded number of native pages, so a page may be short although there is more.',
  fields: (t) => ({
    since: t.field({ type: 'DateTime', description: 'Lines at or after this time.' }),
    until: t.field({ type: 'DateTime', description: 'Lines before this time.' }),
    minSeverity: t.field({ type: LogSeverityType, description: 'Lines of this severity or worse.' }),
    severityIn: t.field({ type: [LogSeverityType], description: 'Lines of one of these severities.' }),
    includeUnspecified: t.boolean({
      description:
        'Whether to keep lines without a severity. Default: `severityIn` decides if it is given; otherwise they are kept if `minSeverity` is INFO or lower, or left out.',
    }),
    contains: t.string({
      description:
        'Lines that contain this text, case-sensitive, in `message` as shown by default (without escape sequences).',
    }),
    notContains: t.stringList({
      description: 'Lines that contain none of these texts, case-sensitive, in `message` as shown by default.',
    }),
    matches: t.string({
      description:
        'Lines whose `message`, as shown by default, matches this RE2 regular expression (no back-references, no look-around).',
    }),
    attemptIn: t.stringList({ description: 'Lines of the attempts with these keys.' }),
    stepIn: t.stringList({ description: 'Lines of the steps with these keys.' }),
    taskIn: t.stringList({ description: 'Lines of the tasks with these keys.' }),
    parts: t.idList({
      description:
        'Global ids of attempts, steps and tasks. Each job is narrowed to those that are its own, as by `attemptIn`, `stepIn` and `taskIn`. A job that has none of them keeps all its lines.',
    }),
  }),
});
