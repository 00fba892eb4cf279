import type { Call } from '../domain/call.ts';
import type { Job, PartKind, Parts } from '../domain/job.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { LogEntry, LogScope } from '../domain/log-entry.ts';
import type { LogFilter, LogFilterField } from '../domain/log-filter.ts';
import type { JobStatus } from '../domain/status.ts';
import type { ZodType } from 'zod';
import type { SourceHttp } from '../http/client.ts';
import type { AuthType, ClassifyError, PaceAfter } from '../http/settings.ts';
import type { Partition, Unreadable } from '../pagination/core/partition.ts';

/** The native pagination of a vendor's log call. */
export type NativePagination = 'PAGE_TOKEN' | 'OFFSET' | 'RECORD_KEYSET' | 'TIME_KEYSET' | 'WHOLE_RESPONSE';

/** The truth about what a vendor can do, as clients see it. */
export interface Capabilities {
  readonly attempts: boolean;
  readonly steps: boolean;
  readonly tasks: boolean;
  readonly nativePagination: NativePagination;
  /** Largest native page of log entries; null where there are no pages. */
  readonly maxPageSize: number | null;
  /** Can the vendor say how many entries there are? */
  readonly totalCount: boolean;
  /** Filters that the vendor applies itself. */
  readonly pushdown: readonly LogFilterField[];
}

/**
 * What the key of a part says of it without a call; null, or left out: only the vendor can tell. These go by
 * the key alone, so that a line says the same of its parts wherever it is read.
 */
export interface PartNames {
  /** 1 for the first attempt. */
  readonly attemptNumber?: ((key: string) => number | null) | undefined;
  readonly stepName?: ((key: string) => string | null) | undefined;
  readonly taskName?: ((key: string) => string | null) | undefined;
}

/** Which jobs of a source. The caller filters what the vendor cannot. */
export interface JobFilter {
  readonly statusIn?: readonly JobStatus[] | undefined;
  /** Case-insensitive part of the name. */
  readonly nameContains?: string | undefined;
}

/** A native page of jobs, in the vendor's own order. */
export interface JobPage {
  readonly jobs: readonly Job[];
  /** Is there a page after this one? Null: only another call can tell. */
  readonly more: boolean | null;
  /** How many jobs there are in all under the part of the filter that was pushed down; null where unknown. */
  readonly total: number | null;
  /** Did the vendor apply the whole filter? Then `total` counts what the client asked for. */
  readonly filtered: boolean;
  /** Jobs of this page that could not be read; the others are here. */
  readonly unreadable?: Unreadable | undefined;
  /** Parts of jobs that the vendor lists among them: not given out, but they say how far the list was read. */
  readonly parts?: readonly Job[] | undefined;
}

/** One native list of jobs. A source has one, or one for each of its workspaces. */
export interface JobList {
  /** Unique among the lists of the source and stable: part of cursors. */
  readonly key: string;
  /** How many rows a full page has. */
  readonly pageSize: number;
  /**
   * Does the vendor give the newest first, as far as is known? The reader checks it. A list in another order it reads
   * whole: to tell which job is the newest, it must see all of them.
   */
  isNewestFirst(): boolean;
  /** Pages count from 0 and have the fixed size. The reader filters what the vendor does not. */
  page(index: number, filter: JobFilter, call: Call): Promise<JobPage>;
}

/** Parts that belong to one attempt or step, by its key. */
export interface PartScope {
  readonly attempt?: string | undefined;
  readonly step?: string | undefined;
}

/** The parts of one kind that a source's jobs have. */
export interface PartReader<T extends Ordered> {
  /**
   * Lists in time order. What does not belong to `within` may be left out, where that saves calls; the reader checks it
   * all the same.
   */
  list(job: string, call: Call, within?: PartScope): Promise<readonly Partition<T>[]>;
  /** One by key; null where the job has none. Batched per call where the vendor allows. */
  find(job: string, key: string, call: Call): Promise<T | null>;
}

/** The log of a scope: its partitions, which the reader merges in time order, and which of the filter they apply. */
export interface LogReading {
  readonly partitions: readonly Partition<LogEntry>[];
  /** Every line of the partitions passes these. The reader applies all the others. */
  readonly applied: readonly (keyof LogFilter)[];
  /** What the scope asks of lines and the partitions do not apply; it takes the place of what the filter says there. */
  readonly narrowed?: LogFilter | undefined;
}

/** The log of a job as it is followed. */
export interface FollowedLog extends LogReading {
  /**
   * Names the only stretch of the log that the source gives at this time (an attempt), where it says which
   * one that is. When it is another one, what had not been read of the one before is out of reach.
   * Undefined: nothing that was there goes out of reach.
   */
  readonly stretch?: string | undefined;
}

/** What one cheap question found out about a source. */
export interface Probe {
  /** How many jobs it has; null where the vendor does not say. */
  readonly jobs: number | null;
}

/** A source as the configuration describes it: what `check --explain` compares with what came. */
export interface Described {
  /** How lines are paged, in the words of the configuration. */
  readonly scheme: string;
  /** Is it said where the answers count jobs? */
  readonly countsJobs: boolean;
  /** Names of the fields of jobs and of lines that are said to be somewhere, `attributes.x` for an attribute. */
  readonly ofJobs: readonly string[];
  readonly ofLines: readonly string[];
}

/**
 * One account at one vendor. A connector keeps no state of a request (that lives in `call.scoped`); it
 * may remember what the vendor turned out to be able to do.
 *
 * Every method throws `TributaryError` with the code of DESIGN section 6. Keys come from clients: they
 * are untrusted, and a connector encodes them so that they can't change a path or a filter.
 */
export interface Connector {
  readonly vendor: string;
  readonly capabilities: Capabilities;
  /** What keys say of the parts that they name; left out: nothing. */
  readonly names?: PartNames | undefined;
  /** What the configuration says of its answers; left out: it says nothing, all is known of the vendor. */
  readonly described?: Described | undefined;
  /** The same objects each time: what is found out about a list is remembered by it. */
  readonly jobLists: readonly JobList[];
  probe(call: Call): Promise<Probe>;
  /** One result per key, in their order: the job, null where there is none, or the error of that key alone. */
  getJobs(keys: readonly string[], call: Call): Promise<readonly (Job | null | Error)[]>;
  /** The parts of jobs; no member of that kind where the vendor has no such thing. */
  readonly parts: { readonly [K in PartKind]?: PartReader<Parts[K]> | undefined };
  /**
   * Makes no call for itself unless the partitions cannot be named without one. An unknown job shows
   * when a partition is read: NOT_FOUND.
   */
  logs(scope: LogScope, filter: LogFilter, call: Call): Promise<LogReading>;
  /**
   * The log of a job for a caller that follows it, where that is not `logs({ job })`: the vendor starts the log over
   * when a job is tried again. This log has the earlier attempts too, as far as the vendor gives them, and no page
   * has part of one and part of another. Partitions have the keys, and entries the places, that `logs` gives
   * them. It may make calls that `logs` does not need.
   */
  follow?(job: string, filter: LogFilter, call: Call): Promise<FollowedLog>;
}

/** What a connector is made of. */
export interface ConnectorOptions {
  /** The source's name in the configuration. */
  readonly source: string;
  readonly http: SourceHttp;
  /** Vendor options that the vendor's own `options` schema has validated (workspaces, page sizes, dialects). */
  readonly options: unknown;
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
  /** The kinds of `auth` that the vendor understands, the usual one first. */
  readonly auth: readonly AuthType[];
  /** Where the vendor's tokens come from when the configuration does not say; null when it must say. */
  tokenUrl(baseUrl: string): string | null;
  readonly classifyError?: ClassifyError | undefined;
  readonly paceAfter?: PaceAfter | undefined;
  /** What names its module: a configuration, and the key there. Left out: it is built in. */
  readonly module?: { readonly origin: string; readonly key: string } | undefined;
  create(options: ConnectorOptions): Connector;
}
