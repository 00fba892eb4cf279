import { builder } from './builder.ts';
import { LogSeverityType } from './log-severity.ts';

export const LogFilterType = builder.inputType('LogFilter', {
  description:
    'Which lines; every part that is given must hold. `capabilities.pushdown` of a source says what its vendor filters itself; the rest is filtered here over a bounded number of its pages, so that a page may be short while there is more.',
  fields: (t) => ({
    since: t.field({ type: 'DateTime', description: 'Lines at or after this time.' }),
    until: t.field({ type: 'DateTime', description: 'Lines before this time.' }),
    minSeverity: t.field({ type: LogSeverityType, description: 'Lines of this severity or worse.' }),
    severityIn: t.field({ type: [LogSeverityType], description: 'Lines of one of these severities.' }),
    includeUnspecified: t.boolean({
      description:
        'Keep lines without a severity in spite of `minSeverity`? By default they are kept when it is INFO or lower.',
    }),
    contains: t.string({
      description:
        'Lines with this text in what `message` shows by default (without escape sequences), in exactly this case.',
    }),
    notContains: t.string({ description: 'Lines without this text in what `message` shows by default.' }),
    matches: t.string({
      description:
        'Lines in which what `message` shows by default matches this RE2 regular expression (no back-references, no look-around).',
    }),
    attemptIn: t.stringList({ description: 'Lines of the attempts with these keys.' }),
    stepIn: t.stringList({ description: 'Lines of the steps with these keys.' }),
    taskIn: t.stringList({ description: 'Lines of the tasks with these keys.' }),
  }),
});
