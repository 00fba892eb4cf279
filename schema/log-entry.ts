import * as entry from '../resolvers/log-entry.ts';
import { contextOfLine, DEFAULT_AROUND, logsOfJobs } from '../resolvers/logs.ts';
import { builder } from './builder.ts';
import { LogEntryConnectionType } from './connections.ts';
import { enumType } from './enum-type.ts';
import { logArguments } from './log-arguments.ts';
import { LogExceptionType } from './log-exception.ts';
import { LogSeverityType, SeveritySourceType } from './log-severity.ts';
import { AttemptType, JobType, LogEntryType, StepType, TaskType } from './refs.ts';

const AnsiModeType = enumType<'STRIP' | 'RAW'>('AnsiMode', 'What to do with terminal escape sequences.', {
  STRIP:
    'Take them out, with other control characters; of a line written over with carriage returns the last writing is left. Filters, and severities that are inferred, judge this text.',
  RAW: 'Leave everything as the vendor sent it. Escape it before you print it on a terminal.',
});

/** What `message` and the fields about it take alike: with the same arguments they speak of the same text. */
const textArguments = builder.args((t) => ({
  ansi: t.field({
    type: AnsiModeType,
    defaultValue: 'STRIP',
    description: 'Terminal escape sequences: out or as they are.',
  }),
}));

const messageArguments = {
  ...textArguments,
  ...builder.args((t) => ({
    maxLength: t.int({
      description: 'At most this many UTF-16 code units; the whole message by default. Never cuts a character in two.',
    }),
  })),
};

LogEntryType.implement({
  description: 'One line of a log. It names the attempt, step and task that the vendor names; nothing is invented.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Global id of the line.' }),
    job: t.field({
      type: JobType,
      nullable: true,
      description:
        'The job that wrote it; null when what is selected of it could not be loaded: with one error, at its first line.',
      resolve: entry.entryJob,
    }),
    attempt: t.field({
      type: AttemptType,
      nullable: true,
      description:
        'The attempt that wrote it, where the vendor names one. `key`, `id` and what `attemptNumber` says cost no call. Null when more is selected and could not be loaded: with one error, at the first line of the attempt.',
      resolve: entry.entryPart('Attempt', ({ attemptKey }) => attemptKey),
    }),
    step: t.field({
      type: StepType,
      nullable: true,
      description:
        'The step that wrote it, where the vendor names one. `key`, `id` and what `stepName` says cost no call. Null when more is selected and could not be loaded: with one error, at the first line of the step.',
      resolve: entry.entryPart('Step', ({ stepKey }) => stepKey),
    }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description:
        'The task that wrote it, where the vendor names one. `key`, `id` and what `taskName` says cost no call. Null when more is selected and could not be loaded: with one error, at the first line of the task.',
      resolve: entry.entryPart('Task', ({ taskKey }) => taskKey),
    }),
    attemptNumber: t.exposeInt('attemptNumber', {
      nullable: true,
      description:
        'The number of the attempt, where the line says it: costs no call. Null elsewhere: `attempt { number }` asks the vendor.',
    }),
    stepName: t.exposeString('stepName', {
      nullable: true,
      description:
        'The name of the step, where the line says it: costs no call. Null elsewhere: `step { name }` asks the vendor.',
    }),
    taskName: t.exposeString('taskName', {
      nullable: true,
      description:
        'The name of the task, where the line says it: costs no call. Null elsewhere: `task { name }` asks the vendor.',
    }),
    timestamp: t.expose('timestamp', {
      type: 'DateTime',
      description: 'When it was written; what lines are ordered by, but for those that have a `placedAt`.',
    }),
    placedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Where the line stands in the order, when that is not its `timestamp`; null for nearly all lines. Some vendors list runs and not lines. A line that lies very far from the start of its run is then placed by its run: lines around it may have been written before or after it. `since` and `until` go by this time.',
      resolve: entry.entryPlacedAt,
    }),
    severity: t.field({ type: LogSeverityType, description: 'How severe it is.', resolve: entry.entrySeverity }),
    severityNumber: t.exposeInt('severityNumber', {
      description: 'The same, finer: 0 (unspecified) to 24 (worst), as OpenTelemetry counts.',
    }),
    severityText: t.exposeString('severityText', {
      nullable: true,
      description: "The vendor's own word for it, verbatim.",
    }),
    severitySource: t.expose('severitySource', {
      type: SeveritySourceType,
      description: 'Did the vendor say so, or was it inferred?',
    }),
    message: t.string({
      description: 'What it says.',
      args: messageArguments,
      resolve: entry.entryMessage,
    }),
    messageTruncated: t.boolean({
      description:
        'Does `message` leave something out when it has the same `maxLength` and `ansi`? Give both fields the same arguments.',
      args: messageArguments,
      resolve: entry.entryMessageTruncated,
    }),
    messageLength: t.int({
      description:
        'How long the whole `message` is with the same `ansi`, in UTF-16 code units: the unit of `maxLength`, and of `length` in JavaScript.',
      args: textArguments,
      resolve: entry.entryMessageLength,
    }),
    exceptions: t.field({
      type: [LogExceptionType],
      description: 'Exceptions that the vendor sends with the line; usually none.',
      resolve: entry.entryExceptions,
    }),
    attributes: t.field({
      type: 'JSON',
      nullable: true,
      description: "What else the vendor says of it, in the vendor's own words.",
      resolve: entry.entryAttributes,
    }),
  }),
});

builder.queryField('logs', (t) =>
  t.field({
    type: LogEntryConnectionType,
    description: 'Lines of several jobs, of any vendors, merged in time order.',
    args: {
      jobs: t.arg.idList({ required: true, description: 'Global ids of the jobs.' }),
      ...logArguments,
    },
    resolve: logsOfJobs,
  }),
);

builder.queryField('logContext', (t) =>
  t.field({
    type: LogEntryConnectionType,
    nullable: true,
    description:
      'The lines around a line, oldest first, with the line itself among them; no filter applies. A page of `logs` of the same jobs without a filter: its cursors go on there. Null with the error NOT_FOUND when the line is gone.',
    args: {
      id: t.arg.id({ required: true, description: 'Global id of the line.' }),
      jobs: t.arg.idList({
        description:
          "Global ids of jobs, with the line's own among them: lines of all of them. Default: its own job alone.",
      }),
      before: t.arg.int({ defaultValue: DEFAULT_AROUND, description: 'At most this many lines before it.' }),
      after: t.arg.int({ defaultValue: DEFAULT_AROUND, description: 'At most this many lines after it.' }),
    },
    resolve: contextOfLine,
  }),
);
