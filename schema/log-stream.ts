import { inTurns } from '../resolvers/connection.ts';
import { weightOfLine } from '../resolvers/log-entry.ts';
import { logEntries } from '../resolvers/log-stream.ts';
import type { LogStreamEvent, StreamEdge } from '../src/federation/api.ts';
import { builder } from './builder.ts';
import { enumType } from './enum-type.ts';
import { LogFilterType } from './log-filter.ts';
import { LogEntryType } from './refs.ts';
import { SourceFailureType } from './source-failure.ts';

type Batch = Extract<LogStreamEvent, { type: 'LogBatch' }>;
type Status = Extract<LogStreamEvent, { type: 'LogStreamStatus' }>;
type End = Extract<LogStreamEvent, { type: 'LogStreamEnd' }>;

const CURSOR = 'Resume from here with `after`: everything up to this event has been delivered.';

const LogBatchEdgeType = builder.objectRef<StreamEdge>('LogBatchEdge').implement({
  description: 'A line that arrived, and its place.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'The position of this line, for `logs(after:)` and `logs(before:)`.',
    }),
    late: t.exposeBoolean('late', { description: 'Did it arrive after a later line had been delivered?' }),
    node: t.expose('node', { type: LogEntryType, description: 'The line.' }),
  }),
});

const LogDroppedType = builder.objectRef<NonNullable<Batch['dropped']>>('LogDropped').implement({
  description:
    'Lines that the stream leaves out. What the source still has of them is in `logs(after: firstCursor, before: lastCursor)` of the same jobs with the same filter.',
  fields: (t) => ({
    count: t.exposeInt('count', { nullable: true, description: 'How many; null where that can not be known.' }),
    reason: t.exposeString('reason', { description: 'Why, for people.' }),
    firstCursor: t.exposeString('firstCursor', {
      nullable: true,
      description: 'A place before all of them; null: they may begin with the log.',
    }),
    lastCursor: t.exposeString('lastCursor', {
      nullable: true,
      description: 'A place behind all of them; null where that is not known.',
    }),
  }),
});

const LogBatchType = builder.objectRef<Batch>('LogBatch').implement({
  description: 'Lines that arrived.',
  fields: (t) => ({
    edges: t.field({
      type: [LogBatchEdgeType],
      description: 'The lines, in order.',
      resolve: ({ edges }, _args, { call }, info) => inTurns(edges, call, info, ({ node }) => weightOfLine(node)),
    }),
    cursor: t.exposeString('cursor', { description: CURSOR }),
    hasMorePastEntries: t.exposeBoolean('hasMorePastEntries', {
      description: 'Is this still history, with more of it to come before the live lines?',
    }),
    mayRepeat: t.exposeBoolean('mayRepeat', {
      description:
        'May lines of this batch have been delivered before? Compare their ids. Only after a resume from a place in a log too busy to tell.',
    }),
    dropped: t.expose('dropped', {
      type: LogDroppedType,
      nullable: true,
      description:
        'Lines that are left out: the source does not let anybody reach them, or not any more, or its rows of them can not be read. Null when there are none. The batch may have no edges.',
    }),
  }),
});

const LogStreamStateType = enumType<Status['state']>('LogStreamState', 'How a stream is doing.', {
  LIVE: 'Everything is delivered; new lines follow as they come.',
  CATCHING_UP: 'There are lines that are not delivered yet.',
  BACKING_OFF: 'A source asked for a pause, or nothing has come for a while: polls are rare.',
  SOURCE_ERROR: 'A source fails; `failure` says how. It is tried again.',
});

const LogStreamStatusType = builder.objectRef<Status>('LogStreamStatus').implement({
  description: 'The stream is doing differently from before.',
  fields: (t) => ({
    state: t.expose('state', { type: LogStreamStateType, description: 'How it is doing now.' }),
    lagSeconds: t.exposeFloat('lagSeconds', {
      nullable: true,
      description: 'How far behind the source it may be; null when unknown.',
    }),
    cursor: t.exposeString('cursor', { description: CURSOR }),
    failure: t.expose('failure', {
      type: SourceFailureType,
      nullable: true,
      description: 'What went wrong with SOURCE_ERROR.',
    }),
  }),
});

const LogStreamEndReasonType = enumType<End['reason']>('LogStreamEndReason', 'Why a stream ended.', {
  JOB_FINISHED: 'The jobs are finished and all their lines are delivered.',
  MAX_DURATION: 'A stream may not be longer. Subscribe again with `after: cursor`.',
  SOURCE_GONE: 'The job is not there any more.',
  SOURCE_CHANGED:
    'A source was taken out of the configuration of this server, or is configured otherwise now. Subscribe again with `after: cursor`.',
  SERVER_SHUTDOWN: 'This server is going down. Subscribe again with `after: cursor`.',
});

const LogStreamEndType = builder.objectRef<End>('LogStreamEnd').implement({
  description: 'The last event of a stream.',
  fields: (t) => ({
    reason: t.expose('reason', { type: LogStreamEndReasonType, description: 'Why nothing more follows.' }),
    cursor: t.exposeString('cursor', { description: CURSOR }),
  }),
});

const LogStreamEventType = builder.unionType('LogStreamEvent', {
  description: 'What a subscription to log lines delivers.',
  types: [LogBatchType, LogStreamStatusType, LogStreamEndType],
  resolveType: (event) => event.type,
});

builder.subscriptionField('logEntries', (t) =>
  t.field({
    type: LogStreamEventType,
    description:
      'New lines of the jobs. `after` resumes from a cursor; `tail` starts with the last n; with neither: live only.',
    args: {
      jobs: t.arg.idList({ required: true, description: 'Global ids of the jobs.' }),
      after: t.arg.string({ description: 'A cursor of an event, or of a line: everything after it is delivered.' }),
      tail: t.arg.int({ description: 'Begin with this many of the lines that are there already.' }),
      filter: t.arg({ type: LogFilterType, description: 'Which lines; all of them by default.' }),
    },
    subscribe: logEntries,
    resolve: (event) => event,
  }),
);
