import type { Call } from '../../domain/call.ts';
import { unknownJob } from '../../domain/errors.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import { isFinished } from '../../domain/status.ts';
import type { LogArguments, LogConnection, LogNode, SourceScope } from '../api.ts';
import { checkTimeBounds } from '../arguments.ts';
import type { CursorCodec } from '../cursor/codec.ts';
import { mayRecover } from '../failures.ts';
import { checkLogFilter, filterKey } from '../log-filter/filter.ts';
import { LogEntryNode } from './node.ts';
import { filtersOfScopes } from './part-choice.ts';
import { endOfJob } from '../jobs/job-end.ts';
import type { Around } from '../merge/around.ts';
import type { Slot } from '../merge/slot.ts';
import { MergedConnection } from '../merge/connection.ts';
import { endsIfAlone } from '../merge/failures.ts';
import { logSlots } from './slots.ts';
import type { LogSlots, ResolvedScope } from './slots.ts';
import { encodeNodeId } from '../node-id.ts';
import { jobLoader } from '../source.ts';

export interface LogConnectionOptions {
  /** Sorted and without repeats: see `scopeKey`. */
  readonly scopes: readonly ResolvedScope[];
  readonly args: LogArguments;
  /** If given, the page is the lines around this line, and `args` does not select it. */
  readonly around?: Around | undefined;
  /** True: read the log that a poller reads. */
  readonly follows?: boolean | undefined;
  readonly cursors: CursorCodec;
  readonly maxPageSize: number;
  readonly maxScanPages: number;
  /** How long after a job's end more lines may arrive, milliseconds. */
  readonly settleMilliseconds: number;
}

/** A text that identifies a scope; sorting by it makes the order in which a client lists scopes irrelevant. */
export function scopeKey({ source, scope }: SourceScope): string {
  return JSON.stringify([source, scope.job, scope.attempt ?? null, scope.step ?? null, scope.task ?? null]);
}

/** What the cursors of a log connection are sealed for: its scopes, filter and order. */
export function logConnectionKey(scopes: readonly ResolvedScope[], args: LogArguments): string {
  const names = scopes.map(({ source, scope }) => scopeKey({ source: source.name, scope }));
  return JSON.stringify(['logs', names, filterKey(args.filter ?? {}), args.descending === true]);
}

/** A failing scope is thrown if it is the only one, unless `listFailures` is set. */
export function logConnection(options: LogConnectionOptions, call: Call): LogConnection {
  const { scopes, args, follows = false, settleMilliseconds } = options;
  const { since, until, ...filter } = args.filter ?? {};
  checkLogFilter(filter);
  const filterOf = filtersOfScopes(filter);
  let accept: LogSlots['accept'];
  const connection = new MergedConnection<LogEntry, LogNode>(
    {
      key: () => logConnectionKey(scopes, args),
      args,
      around: options.around,
      descending: args.descending === true,
      ...checkTimeBounds({ since, until }),
      maxPageSize: options.maxPageSize,
      maxScanPages: options.maxScanPages,
      cursors: options.cursors,
      lists: scopes.length,
      async slots() {
        const found = await logSlots(new Map(scopes.entries()), filterOf, follows, call);
        ({ accept } = found);
        return found.slots;
      },
      accept: () => accept,
      nodeOf(entry, slot) {
        const { source, scope } = scopeOf(scopes, slot);
        return new LogEntryNode(source, scope.job, slot.partition.key, entry);
      },
      mayRecover,
      endedBy: endsIfAlone(scopes.length === 1, args),
      ownerOf(slot) {
        const { source, scope } = scopeOf(scopes, slot);
        return { source: source.name, jobId: encodeNodeId('Job', source.name, scope.job) };
      },
    },
    call,
  );
  return Object.assign(connection, {
    /** False if it cannot be determined whether a job is finished. */
    async isComplete(): Promise<boolean> {
      const settled = await Promise.all(
        scopes.map(async (scope) => isSettled(scope, settleMilliseconds, call).catch(() => false)),
      );
      return settled.every(Boolean);
    },
  });
}

function scopeOf(scopes: readonly ResolvedScope[], slot: Slot<LogEntry>): ResolvedScope {
  const found = scopes[slot.scope];
  if (found === undefined) throw new RangeError(`There is no scope ${slot.scope}.`);
  return found;
}

async function isSettled({ source, scope }: ResolvedScope, settleMilliseconds: number, call: Call): Promise<boolean> {
  const job = await jobLoader(source, call).load(scope.job);
  if (job === null) throw unknownJob(source.name, scope.job);
  if (!isFinished(job.status)) return false;
  const ended = endOfJob(job);
  return ended === null || Date.now() - ended >= settleMilliseconds;
}
