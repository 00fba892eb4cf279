import * as entry from '../resolvers/log-entry.ts';
import { contextOfLine, DEFAULT_AROUND, logsOfJobs } from '../resolvers/logs.ts';
import { builder } from './builder.ts';
import { LogEntryConnectionType } from './connections.ts';
import { enumType } from './enum-type.ts';
import { logArguments } from './log-arguments.ts';
import { LogExceptionType } from './log-exception.ts';
import { LogSeverityType, SeveritySourceType } from './log-severity.ts';
import { PLAIN } from './plain-fields.ts';
import { AttemptType, JobType, LogEntryType, StepType, TaskType } from './refs.ts';

const AnsiModeType = enumType<'STRIP' | 'RAW'>('AnsiMode', 'What to do with terminal escape sequences.', {
  STRIP:
    'Remove them and other control characters; if carriage returns overwrite a line, keep its last version. Filters and inferred severities use this text.',
  RAW: 'Keep everything as the vendor sent it. Escape it before you print it to a terminal.',
});

/** Arguments that `message` and the fields about it share: with equal arguments they refer to the same text. */
const textArguments = builder.args((t) => ({
  ansi: t.field({
    type: AnsiModeType,
    defaultValue: 'STRIP',
    description: 'Whether to remove terminal escape sequences.',
  }),
}));

const messageArguments = {
  ...textArguments,
  ...builder.args((t) => ({
    maxLength: t.int({
      description: 'At most this many UTF-16 code units; default: the whole message. Never splits a character.',
    }),
  })),
};

LogEntryType.implement({
  description: 'One line of a log. It names an attempt, step and task only if the vendor does.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Global id of the line.' }),
    job: t.field({
      type: JobType,
      nullable: true,
      description:
        'The job that wrote it. Null if the selected fields could not be loaded; its first line, or that of several jobs that fail alike, then has the error.',
      resolve: entry.entryJob,
    }),
    attempt: t.field({
      type: AttemptType,
      nullable: true,
      description:
        'The attempt that wrote it, if the vendor names one. `key`, `id` and a `number` that `attemptNumber` has cost no call. Null if other selected fields could not be loaded; the first line of the attempt, or of several that fail alike, then has the error.',
      resolve: entry.entryPart('Attempt', ({ attemptKey }) => attemptKey),
    }),
    step: t.field({
      type: StepType,
      nullable: true,
      description:
        'The step that wrote it, if the vendor names one. `key`, `id` and a `name` that `stepName` has cost no call. Null if other selected fields could not be loaded; the first line of the step, or of several that fail alike, then has the error.',
      resolve: entry.entryPart('Step', ({ stepKey }) => stepKey),
    }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description:
        'The task that wrote it, if the vendor names one. `key`, `id` and a `name` that `taskName` has cost no call. Null if other selected fields could not be loaded; the first line of the task, or of several that fail alike, then has the error.',
      resolve: entry.entryPart('Task', ({ taskKey }) => taskKey),
    }),
    attemptNumber: t.exposeInt('attemptNumber', {
      nullable: true,
      description:
        'The number of the attempt, if the line has it; costs no call. Otherwise null: `attempt { number }` calls the vendor.',
    }),
    stepName: t.exposeString('stepName', {
      nullable: true,
      description:
        'The name of the step, if the line has it; costs no call. Otherwise null: `step { name }` calls the vendor.',
    }),
    taskName: t.exposeString('taskName', {
      nullable: true,
      description:
        'The name of the task, if the line has it; costs no call. Otherwise null: `task { name }` calls the vendor.',
    }),
    timestamp: t.expose('timestamp', {
      type: 'DateTime',
      description: 'When it was written. Lines are ordered by this time, except those that have a `placedAt`.',
    }),
    placedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'The position of the line in the order, if that is not its `timestamp`; null for nearly all lines. Some vendors list runs instead of lines. A line that is very far from the start of its run is then placed by its run, so lines around it may have been written before or after it. `since` and `until` use this time.',
      extensions: PLAIN,
      resolve: entry.entryPlacedAt,
    }),
    severity: t.field({
      type: LogSeverityType,
      description: 'The severity.',
      extensions: PLAIN,
      resolve: entry.entrySeverity,
    }),
    severityNumber: t.exposeInt('severityNumber', {
      description: 'The OpenTelemetry severity number: 0 (unspecified) to 24 (worst).',
    }),
    severityText: t.exposeString('severityText', {
      nullable: true,
      description: "The vendor's own word for the severity, verbatim.",
    }),
    severitySource: t.expose('severitySource', {
      type: SeveritySourceType,
      description: 'Whether the vendor gave the severity or it was inferred.',
    }),
    message: t.string({
      description: 'The text of the line.',
      args: messageArguments,
      extensions: PLAIN,
      resolve: entry.entryMessage,
    }),
    messageTruncated: t.boolean({
      description:
        'True if `message` with the same `maxLength` and `ansi` is shortened. Give both fields the same arguments.',
      args: messageArguments,
      extensions: PLAIN,
      resolve: entry.entryMessageTruncated,
    }),
    messageLength: t.int({
      description:
        'Length of the whole `message` with the same `ansi`, in UTF-16 code units: the unit of `maxLength`, and of `length` in JavaScript.',
      args: textArguments,
      extensions: PLAIN,
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
      description: 'Other data about the line, as the vendor names it.',
      extensions: PLAIN,
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
      'The lines around a line, oldest first and including the line itself; no filter applies. The result is a page of `logs` of the same jobs without a filter, so its cursors work there. Null with the error NOT_FOUND if the line is gone.',
    args: {
      id: t.arg.id({ required: true, description: 'Global id of the line.' }),
      jobs: t.arg.idList({
        description:
          "Global ids of the jobs whose lines are included; the line's own job must be among them. Default: only its own job.",
      }),
      before: t.arg.int({ defaultValue: DEFAULT_AROUND, description: 'At most this many lines before the line.' }),
      after: t.arg.int({ defaultValue: DEFAULT_AROUND, description: 'At most this many lines after the line.' }),
    },
    resolve: contextOfLine,
  }),
);
