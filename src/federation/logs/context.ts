import type { Call } from '../../domain/call.ts';
import { hasCode } from '../../domain/errors.ts';
import type { JobRef } from '../../domain/job.ts';
import type { ContextArguments, EntryRef, LogConnection, SourceScope } from '../api.ts';
import { badInput } from '../arguments.ts';
import { logConnection, scopeKey } from './connection.ts';
import type { LogConnectionOptions } from './connection.ts';
import type { ResolvedScope } from './slots.ts';
import { lineIsGone } from '../merge/around.ts';

export interface LogContextOptions extends Omit<LogConnectionOptions, 'scopes' | 'args' | 'around' | 'follows'> {
  /** Sorts scopes, removes repeats, and finds their sources. */
  resolve(scopes: readonly SourceScope[]): readonly ResolvedScope[];
}

/**
 * The lines around a line. The line is searched where `findEntry` searches: in the log of its job, in the logs of the
 * task or attempt that its id names, and in the part of the job's log from before it began again.
 */
export async function logContext(
  options: LogContextOptions,
  ref: EntryRef,
  args: ContextArguments,
  call: Call,
): Promise<LogConnection> {
  checkSizes(args, options.maxPageSize);
  const others = otherJobs(ref, args.jobs);
  for (const { own, follows } of logsWith(ref)) {
    const scopes = options.resolve([...others, own]);
    const around = {
      scope: scopes.findIndex(({ source, scope }) => scopeKey({ source: source.name, scope }) === scopeKey(own)),
      partition: ref.partition,
      time: ref.time,
      tie: ref.tie,
      rowsBefore: args.before,
      rowsAfter: args.after,
    };
    const connection = logConnection({ ...options, scopes, around, follows, args: {} }, call);
    try {
      await connection.nodes();
      return connection;
    } catch (error) {
      if (!hasCode(error, 'NOT_FOUND')) throw error;
    }
  }
  throw lineIsGone();
}

function checkSizes({ before, after }: ContextArguments, maxPageSize: number): void {
  const isSize = [before, after].every((size) => Number.isInteger(size) && size >= 0);
  if (isSize && before + after < maxPageSize) return;
  throw badInput(
    `before: ${before} with after: ${after} is not allowed; both must be whole numbers from 0, together less than ${maxPageSize}.`,
  );
}

/** The jobs to read in addition to the line's own job. */
function otherJobs(ref: EntryRef, jobs: readonly JobRef[] | undefined): SourceScope[] {
  if (jobs === undefined) return [];
  const others = jobs.filter(({ source, key }) => source !== ref.source || key !== ref.key);
  if (others.length === jobs.length) throw badInput('"jobs" must name the job of the line, too.');
  return others.map(({ source, key }) => ({ source, scope: { job: key } }));
}

/** The logs of the job that may contain the line, the likeliest first. */
function logsWith({ source, key: job, partition }: EntryRef): { own: SourceScope; follows: boolean }[] {
  const parts =
    partition === ''
      ? []
      : [
          { job, task: partition },
          { job, attempt: partition },
        ];
  return [
    ...[{ job }, ...parts].map((scope) => ({ own: { source, scope }, follows: false })),
    { own: { source, scope: { job } }, follows: true },
  ];
}
