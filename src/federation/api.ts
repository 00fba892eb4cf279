/** One file, although a long one: all that the graph can ask for is one contract. */
import type { Call } from '../domain/call.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { Job, JobRef, PartKind, Parts } from '../domain/job.ts';
import type { LogEntry, LogScope } from '../domain/log-entry.ts';
import type { LogFilter } from '../domain/log-filter.ts';
import type { LogSeverity } from '../domain/severity.ts';
import type { Capabilities, JobFilter, PartNames } from '../vendors/connector.ts';

/** Relay's four arguments. Checked here: `first` with `last`, negative sizes and sizes over the limit are BAD_USER_INPUT. */
export interface ConnectionArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** Which parts of a job: all of a kind, or those that belong to one attempt or step (by its key). */
export interface PartArguments extends ConnectionArguments {
  readonly attempt?: string | undefined;
  readonly step?: string | undefined;
}

/** What becomes of a failure of the only source or scope that is asked for. */
export interface FailureArguments {
  /** It is a row of `failures`, as it is among several. Default: it is thrown. */
  readonly listFailures?: boolean | undefined;
}

export interface LogArguments extends ConnectionArguments, FailureArguments {
  readonly filter?: (LogFilter & TimeBounds) | null | undefined;
  readonly descending?: boolean | undefined;
}

/** Half-open: `since` <= timestamp < `until`. RFC 3339 texts. */
export interface TimeBounds {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export interface Edge<T> {
  readonly node: T;
  /** Made when it is read: an edge whose cursor is not selected costs nothing. */
  readonly cursor: string;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** A connection that reads nothing until one of its parts is asked for, and then each part once. */
export interface Connection<T> {
  edges(): Promise<readonly Edge<T>[]>;
  nodes(): Promise<readonly T[]>;
  pageInfo(): Promise<PageInfo>;
  totalCount(): Promise<number | null>;
}

/** A source that did not answer; the rest is still there. */
export interface SourceFailure {
  readonly source: string;
  /** Global id of the job whose lines are missing; null where the source as a whole did not answer. */
  readonly jobId: string | null;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterSeconds: number | null;
  /** The page goes on behind the lines that are missing; otherwise the next page begins with them, once the source answers. */
  readonly isPartial?: true | undefined;
}

export interface LogConnection extends Connection<LogNode> {
  /** The jobs are finished and all their lines are out. Costs the jobs' own calls. */
  isComplete(): Promise<boolean>;
  failures(): Promise<readonly SourceFailure[]>;
}

export interface PartConnection<T> extends Connection<T> {
  /** Rows of the source that could not be read. A source that does not answer fails the connection. */
  failures(): Promise<readonly SourceFailure[]>;
}

export interface JobConnection extends Connection<Job> {
  /** Sources whose jobs are missing. */
  failures(): Promise<readonly SourceFailure[]>;
}

/** A log entry in the graph: the vendor's entry, and where it is. All plain properties. */
export interface LogNode extends LogEntry {
  /** Global id (getter: made when read). */
  readonly id: string;
  readonly source: string;
  readonly jobKey: string;
}

/** The lines of one scope at one source. */
export interface SourceScope {
  readonly source: string;
  readonly scope: LogScope;
}

export interface SourceInfo {
  readonly name: string;
  readonly vendor: string;
  readonly capabilities: Capabilities;
  /** What keys say of the parts that they name. */
  readonly names: PartNames;
}

/** What the last calls to a source, and one cheap question if there were none, say. */
export interface SourceHealth {
  readonly state: 'UP' | 'DEGRADED' | 'DOWN';
  readonly code: ErrorCode | null;
  readonly message: string | null;
  readonly checkedAt: string;
  readonly latencyMilliseconds: number | null;
}

export interface StreamEdge extends Edge<LogNode> {
  /** Came after a later line had been delivered. */
  readonly late: boolean;
}

export type LogStreamEvent =
  | {
      readonly type: 'LogBatch';
      readonly edges: readonly StreamEdge[];
      /** Resume from here: everything up to and with this batch has been delivered. */
      readonly cursor: string;
      readonly hasMorePastEntries: boolean;
      readonly mayRepeat: boolean;
      readonly dropped: {
        /** Null where it can't be known. */
        readonly count: number | null;
        readonly reason: string;
        readonly firstCursor: string | null;
        readonly lastCursor: string | null;
      } | null;
    }
  | {
      readonly type: 'LogStreamStatus';
      readonly state: 'LIVE' | 'CATCHING_UP' | 'BACKING_OFF' | 'SOURCE_ERROR';
      readonly lagSeconds: number | null;
      readonly cursor: string;
      readonly failure: SourceFailure | null;
    }
  | {
      readonly type: 'LogStreamEnd';
      readonly reason: 'JOB_FINISHED' | 'MAX_DURATION' | 'SOURCE_GONE' | 'SOURCE_CHANGED' | 'SERVER_SHUTDOWN';
      readonly cursor: string;
    };

export interface TailArguments {
  readonly after?: string | null | undefined;
  readonly tail?: number | null | undefined;
  readonly filter?: (LogFilter & TimeBounds) | null | undefined;
}

/** How many lines are wanted on either side of a line, and whose. */
export interface ContextArguments {
  readonly before: number;
  readonly after: number;
  /** The line's own job must be one of them. Left out: only that job. */
  readonly jobs?: readonly JobRef[] | undefined;
}

export interface HistogramArguments extends Pick<LogArguments, 'filter'> {
  /** How many spans of time; not together with `step`. */
  readonly buckets?: number | undefined;
  /** How long each of them is, nanoseconds. */
  readonly step?: bigint | undefined;
}

export interface LogBucket {
  readonly from: string;
  readonly until: string;
  readonly total: number;
  /** Severities that have lines. */
  readonly counts: readonly { readonly severity: LogSeverity; readonly count: number }[];
}

export interface LogHistogram {
  /** Null where there is no line and no time to count within. */
  readonly from: string | null;
  readonly until: string | null;
  /** From here on all lines are counted that the sources gave. */
  readonly coveredFrom: string | null;
  readonly buckets: readonly LogBucket[];
  readonly total: number;
  readonly isPartial: boolean;
  readonly failures: readonly SourceFailure[];
}

/** Everything that resolvers can ask for. The one implementation is made by `createFederation`. */
export interface Federation {
  readonly sources: readonly SourceInfo[];
  /** Largest `first` or `last`. */
  readonly maxPageSize: number;
  /**
   * The same with these sources only: it does not know that there are others. It shares pollers, and what is remembered of vendors,
   * with this one; closing either closes both.
   */
  only(names: ReadonlySet<string>): Federation;
  source(name: string): SourceInfo | null;
  health(source: string, call: Call): Promise<SourceHealth>;
  /** Batched per call: all jobs asked for in one tick cost the fewest calls that their vendors allow. Null: no such job. */
  job(ref: JobRef, call: Call): Promise<Job | null>;
  jobs(
    args: ConnectionArguments &
      FailureArguments & { readonly sources?: readonly string[] | null; readonly filter?: JobFilter | null },
    call: Call,
  ): JobConnection;
  parts<K extends PartKind>(kind: K, job: JobRef, args: PartArguments, call: Call): PartConnection<Parts[K]>;
  /** Null where the job has no such part. */
  part<K extends PartKind>(kind: K, job: JobRef, key: string, call: Call): Promise<Parts[K] | null>;
  /** Entries of all the scopes, merged in time order. Scopes of unknown sources throw NOT_FOUND. */
  logs(scopes: readonly SourceScope[], args: LogArguments, call: Call): LogConnection;
  /** How many lines there are per span of time and severity. */
  histogram(scopes: readonly SourceScope[], args: HistogramArguments, call: Call): Promise<LogHistogram>;
  /** The cursor of a line in `logs` of these scopes with these arguments, from the line's id alone. */
  cursorOf(ref: EntryRef, scopes: readonly SourceScope[], args: LogArguments): string;
  /** Finds an entry again by the parts of its id; null when it is gone. */
  entry(ref: EntryRef, call: Call): Promise<LogNode | null>;
  /**
   * The lines around a line: a page of the whole log of the jobs, or of the line's own job, with the line in it.
   * NOT_FOUND when the line is gone.
   */
  context(ref: EntryRef, args: ContextArguments, call: Call): Promise<LogConnection>;
  /** `subscribeLogs` of a set of jobs. The generator's `return()` ends its polling. */
  tail(jobs: readonly JobRef[], args: TailArguments, call: Call): AsyncGenerator<LogStreamEvent, void, undefined>;
  /** What is being followed right now, and how often vendors were polled. */
  tailStatistics(): TailStatistics;
  close(): Promise<void>;
}

export interface TailStatistics {
  /** Jobs that are followed; each has one poller, however many subscribers it has. */
  readonly feeds: number;
  /** Subscribers, counted once for each job that they follow. */
  readonly subscribers: number;
  /** Lines in the feeds' windows, and about how many bytes they take in memory. */
  readonly windowLines: number;
  readonly windowBytes: number;
  /** Polls since the process began. */
  readonly polls: number;
  /** How long ago that job was read to its end which was read longest ago; 0 where none is followed. */
  readonly lagSeconds: number;
  /** How often subscribers were told that lines are missing, and how many lines, where that is known, since the process began. */
  readonly gaps: number;
  readonly droppedLines: number;
  /** Lines that polls have read although they were known, and that no subscriber got again. */
  readonly repeatedLines: number;
  /** How pollers are shared with other replicas; null where they are not. */
  readonly sharing: SharingStatistics | null;
}

export interface SharingStatistics {
  /** DOWN: each replica polls for itself until it is CONNECTED again. */
  readonly state: 'CONNECTED' | 'DOWN';
  /** Jobs that this replica polls for all. */
  readonly leading: number;
  /** Jobs that another replica polls for this one. */
  readonly following: number;
  /** How often it was asked whether calls to sources may start: among all replicas, or by this one alone as Redis did not answer. */
  readonly limitAsks: { readonly shared: number; readonly alone: number };
}

/** What the global id of an entry holds. */
export interface EntryRef extends JobRef {
  readonly partition: string;
  readonly time: bigint;
  readonly tie: string;
}
