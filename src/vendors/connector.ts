import type { Call } from '../domain/call.ts';
import type { Job, PartKind, Parts } from '../domain/job.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { LogEntry, LogScope } from '../domain/log-entry.ts';
import type { LogFilter, LogFilterField } from '../domain/log-filter.ts';
import type { JobStatus } from '../domain/status.ts';
import type { ZodType } from 'zod';
import type { SourceHttp } from '../http/client.ts';
import type { AuthType, ClassifyError, PaceAfter } from '../http/settings.ts';
import type { Partition, RowCounts, Unreadable } from '../pagination/core/partition.ts';

/** The native pagination of a vendor's log call. */
export type NativePagination = 'PAGE_TOKEN' | 'OFFSET' | 'RECORD_KEYSET' | 'TIME_KEYSET' | 'WHOLE_RESPONSE';

/** What a vendor can do, as shown to clients. */
export interface Capabilities {
  readonly attempts: boolean;
  readonly steps: boolean;
  readonly tasks: boolean;
  readonly nativePagination: NativePagination;
  /** Largest native page of lines; null: the vendor has no pages. */
  readonly maxPageSize: number | null;
  /** True if the vendor can count lines. */
  readonly totalCount: boolean;
  /** Filters that the vendor applies itself. */
  readonly pushdown: readonly LogFilterField[];
}

/**
 * What the key of a part reveals without a call. Null or undefined: a call is needed. These depend only on the key, so
 * a line names its parts the same wherever it is read.
 */
export interface PartNames {
  /** 1 for the first attempt. */
  readonly attemptNumber?: ((key: string) => number | null) | undefined;
  readonly stepName?: ((key: string) => string | null) | undefined;
  readonly taskName?: ((key: string) => string | null) | undefined;
}

/** A filter of jobs. The caller applies what the vendor cannot. */
export interface JobFilter {
  readonly statusIn?: readonly JobStatus[] | undefined;
  /** Case-insensitive part of the name. */
  readonly nameContains?: string | undefined;
}

/** A native page of jobs, in the vendor's own order. */
export interface JobPage {
  readonly jobs: readonly Job[];
  /** Whether a page follows. Null: only another call can tell. */
  readonly more: boolean | null;
  /** The number of all jobs that match the pushed-down part of the filter; null: unknown. */
  readonly total: number | null;
  /** True if the vendor applied the whole filter. Then `total` counts what the client requested. */
  readonly filtered: boolean;
  /** Jobs of this page that could not be read; `jobs` has the rest. */
  readonly unreadable?: Unreadable | undefined;
  /** Why jobs are missing, where the list contradicts itself. */
  readonly contradiction?: string | undefined;
  /** Parts that the vendor lists among the jobs. They are not given out, but show how far the list was read. */
  readonly parts?: readonly Job[] | undefined;
}

/** One native list of jobs. A source has one, or one for each of its workspaces. */
export interface JobList {
  /** Unique among the lists of the source and stable: part of cursors. */
  readonly key: string;
  /** The number of rows on a full page. */
  readonly pageSize: number;
  /**
   * True if the vendor is believed to return the newest job first. The reader checks this, and reads a list in any
   * other order whole: to find the newest job, it must see all of them.
   */
  isNewestFirst(): boolean;
  /** Fetches a page of the fixed size, counted from 0. The reader applies what the vendor does not filter. */
  page(index: number, filter: JobFilter, call: Call): Promise<JobPage>;
}

/** Parts that belong to one attempt or step, by its key. */
export interface PartScope {
  readonly attempt?: string | undefined;
  readonly step?: string | undefined;
}

/** The parts of one kind that a source's jobs have. */
export interface PartReader<T extends Ordered> {
  /** Lists parts in time order. May omit parts outside `within` if that saves calls; the reader checks anyway. */
  list(job: string, call: Call, within?: PartScope): Promise<readonly Partition<T>[]>;
  /** Finds a part by key; null if the job has no such part. Batched per call if the vendor supports that. */
  find(job: string, key: string, call: Call): Promise<T | null>;
}

/** The log of a scope: its partitions, which the reader merges in time order, and the filter fields that they apply. */
export interface LogReading {
  readonly partitions: readonly Partition<LogEntry>[];
  /** Filter fields that every line of the partitions passes. The reader applies the rest. */
  readonly applied: readonly (keyof LogFilter)[];
  /** Conditions of the scope that the partitions do not apply. They replace the filter's values of the same fields. */
  readonly narrowed?: LogFilter | undefined;
  /**
   * Counts the lines of all partitions that pass the whole filter. Undefined: the source cannot count them by time, or does
   * not apply the whole filter.
   */
  readonly counts?: RowCounts | undefined;
}

/** The log of a job for a tail. */
export interface FollowedLog extends LogReading {
  /**
   * Names the only stretch of the log (an attempt) that the source currently gives, if it gives only one. When the name
   * changes, unread lines of the previous stretch are out of reach. Undefined: no existing line goes out of reach.
   */
  readonly stretch?: string | undefined;
}

/** The result of one cheap request to a source. */
export interface Probe {
  /** The number of jobs; null: the vendor does not state it. */
  readonly jobs: number | null;
}

/** A source as the configuration describes it, for `check --explain` to compare with the answers. */
export interface Described {
  /** How lines are paged, in the words of the configuration. */
  readonly scheme: string;
  /** True if the description says where answers count jobs. */
  readonly countsJobs: boolean;
  /** The order of jobs in the description; null if it does not matter. */
  readonly orderOfJobs: 'ascending' | 'descending' | null;
  /** The described fields of jobs and of lines; `attributes.x` for an attribute. */
  readonly ofJobs: readonly string[];
  readonly ofLines: readonly string[];
}

/**
 * One account at one vendor. A connector keeps no state of a request (that is in `call.scoped`), but may remember what
 * the vendor turned out to support.
 *
 * Every method throws `TributaryError` with the code of DESIGN section 6. Keys come from clients: they are untrusted,
 * and a connector encodes them so that they can't change a path or a filter.
 */
export interface Connector {
  readonly vendor: string;
  readonly capabilities: Capabilities;
  /** What keys reveal about parts. Undefined: nothing. */
  readonly names?: PartNames | undefined;
  /** How the configuration describes the source. Undefined: the vendor is built in and needs no description. */
  readonly described?: Described | undefined;
  /** Always the same objects, because facts learned about a list are stored under its object. */
  readonly jobLists: readonly JobList[];
  probe(call: Call): Promise<Probe>;
  /** One result per key, in the same order: the job, null if it does not exist, or the error of this key alone. */
  getJobs(keys: readonly string[], call: Call): Promise<readonly (Job | null | Error)[]>;
  /** The readers of parts, without a member for kinds that the vendor does not have. */
  readonly parts: { readonly [K in PartKind]?: PartReader<Parts[K]> | undefined };
  /**
   * Makes no call unless the partitions cannot be named without one. For an unknown job, reading a partition throws
   * NOT_FOUND.
   */
  logs(scope: LogScope, filter: LogFilter, call: Call): Promise<LogReading>;
  /**
   * The log of a job for a tail, if `logs({ job })` does not serve because the vendor starts the log over with each
   * attempt. This log includes earlier attempts as far as the vendor gives them, and no page mixes two attempts. Keys
   * of partitions and positions of lines are the same as in `logs`. It may make calls that `logs` does not need.
   */
  follow?(job: string, filter: LogFilter, call: Call): Promise<FollowedLog>;
}

/** The arguments for creating a connector. */
export interface ConnectorOptions<Options = unknown> {
  /** The source's name in the configuration. */
  readonly source: string;
  readonly http: SourceHttp;
  /** Vendor options that the vendor's own `options` schema has validated (workspaces, page sizes, dialects). */
  readonly options: Options;
}

/** A vendor: one folder under `src/vendors/`, one line in `src/vendors/index.ts`. */
export interface VendorDefinition {
  /** The `vendor` value in the configuration. */
  readonly vendor: string;
  /** The product's name, for people. */
  readonly title: string;
  /**
   * A strict zod object of the keys that only this vendor's sources have in the configuration (`workspaces`,
   * `pageSize`, …), each with a `.describe()` and, where there is one, a default.
   */
  readonly options: ZodType;
  /** The types of `auth` that the vendor supports, the usual one first. */
  readonly auth: readonly AuthType[];
  /** The default token endpoint; null if the configuration must name it. */
  tokenUrl(baseUrl: string): string | null;
  readonly classifyError?: ClassifyError | undefined;
  readonly paceAfter?: PaceAfter | undefined;
  /** The configuration and the key there that name the vendor's module. Undefined: the vendor is built in. */
  readonly module?: { readonly origin: string; readonly key: string } | undefined;
  create(options: ConnectorOptions): Connector;
}
