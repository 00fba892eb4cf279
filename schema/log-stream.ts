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
  description: 'A line that arrived, and its position.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'The position of this line, for `logs(after:)` and `logs(before:)`.',
    }),
    late: t.exposeBoolean('late', { description: 'True if a later line was delivered before it.' }),
    node: t.expose('node', { type: LogEntryType, description: 'The line.' }),
  }),
});

const LogDroppedType = builder.objectRef<NonNullable<Batch['dropped']>>('LogDropped').implement({
  description:
    'Lines that the stream leaves out. Those that the source can still return are in `logs(after: firstCursor, before: lastCursor)` of the same jobs with the same filter.',
  fields: (t) => ({
    count: t.exposeInt('count', { nullable: true, description: 'Number of lines; null if it is not known.' }),
    reason: t.exposeString('reason', { description: 'The reason, for people.' }),
    firstCursor: t.exposeString('firstCursor', {
      nullable: true,
      description: 'A position before all of them; null: they may begin with the log.',
    }),
    lastCursor: t.exposeString('lastCursor', {
      nullable: true,
      description: 'A position after all of them; null if it is not known.',
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
      description: 'True if this is history and more of it follows before the live lines.',
    }),
    mayRepeat: t.exposeBoolean('mayRepeat', {
      description:
        'True if lines of this batch may have been delivered before: compare their ids. Only after a resume within a log that was too busy for its cursor to name all delivered lines.',
    }),
    dropped: t.expose('dropped', {
      type: LogDroppedType,
      nullable: true,
      description:
        'Lines that are left out because the source does not return them (any more), or its rows could not be read. Null if there are none. The batch may have no edges.',
    }),
  }),
});

const LogStreamStateType = enumType<Status['state']>('LogStreamState', 'The state of a stream.', {
  LIVE: 'Everything has been delivered; new lines follow as they arrive.',
  CATCHING_UP: 'There are lines that have not been delivered yet.',
  BACKING_OFF: 'A source asked for fewer calls: the service waits before it tries again. `failure` has the reason.',
  SOURCE_ERROR: 'A source fails; `failure` has the reason. The service tries again.',
});

const LogStreamStatusType = builder.objectRef<Status>('LogStreamStatus').implement({
  description: 'The state of the stream has changed.',
  fields: (t) => ({
    state: t.expose('state', { type: LogStreamStateType, description: 'The new state.' }),
    lagSeconds: t.exposeFloat('lagSeconds', {
      nullable: true,
      description: 'How many seconds the stream may be behind the source; null if unknown.',
    }),
    cursor: t.exposeString('cursor', { description: CURSOR }),
    failure: t.expose('failure', {
      type: SourceFailureType,
      nullable: true,
      description: 'The failure of the source, if there is one.',
    }),
  }),
});

const LogStreamEndReasonType = enumType<End['reason']>('LogStreamEndReason', 'Why a stream ended.', {
  JOB_FINISHED: 'The jobs are finished and all their lines are delivered.',
  MAX_DURATION: 'The stream has reached its maximum duration. Subscribe again with `after: cursor`.',
  SOURCE_GONE: 'The job no longer exists.',
  SOURCE_CHANGED:
    'A source was removed from the configuration, or its settings have changed. Subscribe again with `after: cursor`.',
  SERVER_SHUTDOWN: 'This server is shutting down. Subscribe again with `after: cursor`.',
});

const LogStreamEndType = builder.objectRef<End>('LogStreamEnd').implement({
  description: 'The last event of a stream.',
  fields: (t) => ({
    reason: t.expose('reason', { type: LogStreamEndReasonType, description: 'Why the stream ended.' }),
    cursor: t.exposeString('cursor', { description: CURSOR }),
  }),
});

const LogStreamEventType = builder.unionType('LogStreamEvent', {
  description: 'An event of a subscription to log lines.',
  types: [LogBatchType, LogStreamStatusType, LogStreamEndType],
  resolveType: (event) => event.type,
});

builder.subscriptionField('logEntries', (t) =>
  t.field({
    type: LogStreamEventType,
    description:
      'New lines of the jobs. `after` resumes from a cursor; `tail` begins with the last lines; without both, only new lines are delivered.',
    args: {
      jobs: t.arg.idList({ required: true, description: 'Global ids of the jobs.' }),
      after: t.arg.string({ description: 'The cursor of an event or of a line: everything after it is delivered.' }),
      tail: t.arg.int({ description: 'Begin with this many of the existing lines.' }),
      filter: t.arg({ type: LogFilterType, description: 'Selects lines; default: all.' }),
    },
    subscribe: logEntries,
    resolve: (event) => event,
  }),
);
