/** One file, although a long one: everything that the graph can ask for is one contract. */
import type { Call } from '../domain/call.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { Job, JobRef, PartKind, Parts } from '../domain/job.ts';
import type { LogEntry, LogScope } from '../domain/log-entry.ts';
import type { LogFilter } from '../domain/log-filter.ts';
import type { LogSeverity, SeveritySource } from '../domain/severity.ts';
import type { Capabilities, JobFilter, PartNames, PartScope } from '../vendors/connector.ts';

/**
 * Relay's four arguments, checked here. `first` together with `last`, negative sizes and sizes over the limit are
 * BAD_USER_INPUT.
 */
export interface ConnectionArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** All parts of a kind, or only those of one attempt or step (by its key). */
export interface PartArguments extends ConnectionArguments, PartScope {}

/** How the failure of the only requested source or scope is reported. */
export interface FailureArguments {
  /** True: the failure is listed in `failures`, as with several sources. Default: it is thrown. */
  readonly listFailures?: boolean | undefined;
}

export interface LogArguments extends ConnectionArguments, FailureArguments {
  readonly filter?: LineFilter | null | undefined;
  readonly descending?: boolean | undefined;
}

/** A filter of the lines of several jobs. All given conditions must hold. */
export interface LineFilter extends LogFilter, TimeBounds {
  /** Global ids of attempts, steps and tasks: each job is narrowed to its own; a job that has none of them stays whole. */
  readonly parts?: readonly string[] | undefined;
}

/** Half-open: `since` <= timestamp < `until`. RFC 3339 texts. */
export interface TimeBounds {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export interface Edge<T> {
  readonly node: T;
  /** Computed on access: an edge whose cursor is not selected costs nothing. */
  readonly cursor: string;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** A lazy connection: it reads nothing until one of its parts is requested, and reads each part once. */
export interface Connection<T> {
  edges(): Promise<readonly Edge<T>[]>;
  nodes(): Promise<readonly T[]>;
  pageInfo(): Promise<PageInfo>;
  totalCount(): Promise<number | null>;
  /** Sources that did not answer, and rows that could not be read. What they lack is missing on the page. */
  failures(): Promise<readonly SourceFailure[]>;
}

/** A source that did not answer. The answers of the other sources are unaffected. */
export interface SourceFailure {
  readonly source: string;
  /** Global id of the job whose lines are missing; null if the source as a whole did not answer. */
  readonly jobId: string | null;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterSeconds: number | null;
  /**
   * True: the page continues after the missing lines. Otherwise the next page begins with them, once the source
   * answers.
   */
  readonly isPartial?: true | undefined;
}

export interface LogConnection extends Connection<LogNode> {
  /** True if the jobs are finished and no more lines are expected. Costs the calls that read the jobs. */
  isComplete(): Promise<boolean>;
}

/**
 * A line of the log in the graph: the vendor's line, its location, and what its keys say. Each field of the graph that
 * a line says itself is a property of the same name, so a list of lines needs no resolver for it.
 */
export interface LogNode extends LogEntry, SeverityFields {
  /** Global id; a getter that computes it on access. */
  readonly id: string;
  readonly source: string;
  readonly jobKey: string;
  readonly attemptNumber: number | null;
  readonly stepName: string | null;
  readonly taskName: string | null;
}

interface SeverityFields {
  readonly severityNumber: number;
  readonly severityText: string | null;
  readonly severitySource: SeveritySource;
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
  /** What the key of a part tells without a call. */
  readonly names: PartNames;
}

/** The result of one cheap probe of a source, cached for a moment. */
export interface SourceHealth {
  readonly state: 'UP' | 'DEGRADED' | 'DOWN';
  readonly code: ErrorCode | null;
  readonly message: string | null;
  readonly checkedAt: string;
  readonly latencyMilliseconds: number | null;
}

export interface StreamEdge extends Edge<LogNode> {
  /** True if a later line was delivered before this one. */
  readonly late: boolean;
}

export type LogStreamEvent =
  | {
      readonly type: 'LogBatch';
      readonly edges: readonly StreamEdge[];
      /** Resume from here: everything up to and including this batch has been delivered. */
      readonly cursor: string;
      readonly hasMorePastEntries: boolean;
      readonly mayRepeat: boolean;
      readonly dropped: {
        /** Null if it is not known. */
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
  readonly filter?: LineFilter | null | undefined;
}

/** How many lines to read before and after a line, and from which jobs. */
export interface ContextArguments {
  readonly before: number;
  readonly after: number;
  /** The line's own job must be among them. Left out: only that job. */
  readonly jobs?: readonly JobRef[] | undefined;
}

export interface HistogramArguments extends Pick<LogArguments, 'filter'> {
  /** Number of buckets; cannot be combined with `step`. */
  readonly buckets?: number | undefined;
  /** Length of each bucket, in nanoseconds. */
  readonly step?: bigint | undefined;
}

export interface LogBucket {
  readonly from: string;
  readonly until: string;
  readonly total: number;
  /** Only severities that occur. */
  readonly counts: readonly { readonly severity: LogSeverity; readonly count: number }[];
}

export interface LogHistogram {
  /** Null if there are no lines and no time bounds. */
  readonly from: string | null;
  readonly until: string | null;
  /** From this instant on, every line that the sources returned is counted. */
  readonly coveredFrom: string | null;
  readonly buckets: readonly LogBucket[];
  readonly total: number;
  readonly isPartial: boolean;
  readonly failures: readonly SourceFailure[];
}

/** Everything that resolvers can ask for. `createFederation` makes the only implementation. */
export interface Federation {
  readonly sources: readonly SourceInfo[];
  /** Largest `first` or `last`. */
  readonly maxPageSize: number;
  /**
   * The same federation, limited to these sources; the others are invisible to it. It shares pollers, and what
   * connectors have learned about vendors, with this one. Closing either closes both.
   */
  only(names: ReadonlySet<string>): Federation;
  source(name: string): SourceInfo | null;
  health(source: string, call: Call): Promise<SourceHealth>;
  /** Batched per call: all jobs requested in one tick cost as few vendor calls as possible. Null: no such job. */
  job(ref: JobRef, call: Call): Promise<Job | null>;
  jobs(
    args: ConnectionArguments &
      FailureArguments & { readonly sources?: readonly string[] | null; readonly filter?: JobFilter | null },
    call: Call,
  ): Connection<Job>;
  /** If the source itself does not answer, the connection fails. */
  parts<K extends PartKind>(kind: K, job: JobRef, args: PartArguments, call: Call): Connection<Parts[K]>;
  /** Null if the job has no such part. */
  part<K extends PartKind>(kind: K, job: JobRef, key: string, call: Call): Promise<Parts[K] | null>;
  /** Lines of all the scopes, merged in time order. Scopes of unknown sources throw NOT_FOUND. */
  logs(scopes: readonly SourceScope[], args: LogArguments, call: Call): LogConnection;
  /** Number of lines per time span and severity. */
  histogram(scopes: readonly SourceScope[], args: HistogramArguments, call: Call): Promise<LogHistogram>;
  /** The cursor of a line in `logs` of these scopes with these arguments, made from the line's id alone. */
  cursorOf(ref: EntryRef, scopes: readonly SourceScope[], args: LogArguments): string;
  /** Finds a line by the parts of its id; null if it is gone. */
  entry(ref: EntryRef, call: Call): Promise<LogNode | null>;
  /**
   * The lines around a line: a page of the whole log of the jobs (or of the line's own job) that contains the line.
   * NOT_FOUND if the line is gone.
   */
  context(ref: EntryRef, args: ContextArguments, call: Call): Promise<LogConnection>;
  /** The live tail of a set of jobs. The generator's `return()` ends its polling. */
  tail(jobs: readonly JobRef[], args: TailArguments, call: Call): AsyncGenerator<LogStreamEvent, void, undefined>;
  /** What is being followed now, and how often vendors were polled. */
  tailStatistics(): TailStatistics;
  close(): Promise<void>;
}

export interface TailStatistics {
  /** Followed jobs. Each has one poller, regardless of the number of subscribers. */
  readonly feeds: number;
  /** Subscribers, counted once for each job that they follow. */
  readonly subscribers: number;
  /** Lines in the feeds' windows, and roughly how many bytes of memory they use. */
  readonly windowLines: number;
  readonly windowBytes: number;
  /** Polls since the process started. */
  readonly polls: number;
  /** Seconds since the last full read of the job that was read longest ago; 0 if no job is followed. */
  readonly lagSeconds: number;
  /**
   * Since the process started: how often subscribers were told that lines are missing, and how many lines (where
   * known).
   */
  readonly gaps: number;
  readonly droppedLines: number;
  /** Known lines that polls read again. Subscribers did not get them twice. */
  readonly repeatedLines: number;
  /** How pollers are shared with other replicas; null where they are not. */
  readonly sharing: SharingStatistics | null;
}

export interface SharingStatistics {
  /** REDIS: replicas share. WORKERS: the workers of one service share. */
  readonly through: 'REDIS' | 'WORKERS';
  /** DOWN: each replica runs its own polls until it is CONNECTED again. */
  readonly state: 'CONNECTED' | 'DOWN';
  /** Jobs that this replica polls on behalf of all replicas. */
  readonly leading: number;
  /** Jobs that another replica polls on behalf of this one. */
  readonly following: number;
  /**
   * How often calls to sources asked the limiter for permission: the limiter shared by all replicas, or the local one
   * because Redis did not answer.
   */
  readonly limitAsks: { readonly shared: number; readonly alone: number };
}

/** The contents of a line's global id. */
export interface EntryRef extends JobRef {
  readonly partition: string;
  readonly time: bigint;
  readonly tie: string;
}
