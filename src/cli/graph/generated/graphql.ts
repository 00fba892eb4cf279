/* eslint-disable -- Made by codegen.ts. One file, although a long one: the documents share their types. */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What went wrong; these are also the values of `extensions.code` of an error. The list is closed. */
export type ErrorCode =
  /** The request is not valid; the message says what to change. */
  | 'BAD_USER_INPUT'
  /** The cursor was not issued by this service for this connection. Start again without it. */
  | 'CURSOR_INVALID'
  /** This service does not allow the caller to do this. */
  | 'FORBIDDEN'
  /** A fault in this service. Its log has the details. */
  | 'INTERNAL_SERVER_ERROR'
  /** The requested item does not exist. */
  | 'NOT_FOUND'
  /** The query exceeds a limit, which the message names. Request less at once. */
  | 'QUERY_TOO_COMPLEX'
  /** The source's answer does not match its documentation. */
  | 'SOURCE_BAD_RESPONSE'
  /** The source knows the caller and denies access. */
  | 'SOURCE_FORBIDDEN'
  /** The source asks for fewer calls, or too many calls wait for it; `retryAfterSeconds` says when to try again, if that is known. */
  | 'SOURCE_RATE_LIMITED'
  /** The source did not answer in time. Try again. */
  | 'SOURCE_TIMEOUT'
  /** The source has lines that its API cannot return. */
  | 'SOURCE_TRUNCATED'
  /** The source does not accept this service's credentials: an operator must act. */
  | 'SOURCE_UNAUTHENTICATED'
  /** The source cannot be reached or does not work. Try again later. */
  | 'SOURCE_UNAVAILABLE'
  /** This service requires credentials. */
  | 'UNAUTHENTICATED'
  /** The request would exceed its limit of vendor calls, rows, bytes or time. Request less. */
  | 'UPSTREAM_BUDGET_EXCEEDED';

/** Selects jobs; a job must meet all given conditions. */
export type JobFilter = {
  /** Jobs with this text in their name, case-insensitive. */
  readonly nameContains?: string | null | undefined;
  /** Jobs with one of these statuses. */
  readonly statusIn?: ReadonlyArray<JobStatus> | null | undefined;
};

/** What a job, attempt, step or task is doing, in words common to all vendors. The vendor's own word is `nativeStatus`. */
export type JobStatus =
  /** A permanent definition or service that is switched on; it never finishes by itself. */
  | 'ACTIVE'
  /** Stopped on request before its end. Final. */
  | 'CANCELLED'
  /** Asked to stop, but not stopped yet. */
  | 'CANCELLING'
  /** Ended with an error. Final. */
  | 'FAILED'
  /** A permanent definition or service that is switched off. */
  | 'INACTIVE'
  /** Started, then suspended until a person or a program resumes it. */
  | 'PAUSED'
  /** Accepted, not started yet. */
  | 'QUEUED'
  /** Running. */
  | 'RUNNING'
  /** Ended successfully. Final. */
  | 'SUCCEEDED'
  /** The vendor gave no status, or a word that this service does not know: see `nativeStatus`. */
  | 'UNKNOWN';

/** Selects lines; a line must meet all given conditions. `capabilities.pushdown` of a source lists what its vendor filters itself. The rest is filtered by this service over a bounded number of native pages, so a page may be short although there is more. */
export type LogFilter = {
  /** Lines of the attempts with these keys. */
  readonly attemptIn?: ReadonlyArray<string> | null | undefined;
  /** Lines that contain this text, case-sensitive, in `message` as shown by default (without escape sequences). */
  readonly contains?: string | null | undefined;
  /** Whether to keep lines without a severity. Default: `severityIn` decides if it is given; otherwise they are kept if `minSeverity` is INFO or lower, or left out. */
  readonly includeUnspecified?: boolean | null | undefined;
  /** Lines whose `message`, as shown by default, matches this RE2 regular expression (no back-references, no look-around). */
  readonly matches?: string | null | undefined;
  /** Lines of this severity or worse. */
  readonly minSeverity?: LogSeverity | null | undefined;
  /** Lines that contain none of these texts, case-sensitive, in `message` as shown by default. */
  readonly notContains?: ReadonlyArray<string> | null | undefined;
  /** Global ids of attempts, steps and tasks. Each job is narrowed to those that are its own, as by `attemptIn`, `stepIn` and `taskIn`. A job that has none of them keeps all its lines. */
  readonly parts?: ReadonlyArray<string> | null | undefined;
  /** Lines of one of these severities. */
  readonly severityIn?: ReadonlyArray<LogSeverity> | null | undefined;
  /** Lines at or after this time. */
  readonly since?: string | null | undefined;
  /** Lines of the steps with these keys. */
  readonly stepIn?: ReadonlyArray<string> | null | undefined;
  /** Lines of the tasks with these keys. */
  readonly taskIn?: ReadonlyArray<string> | null | undefined;
  /** Lines before this time. */
  readonly until?: string | null | undefined;
};

/** The fields of a `LogFilter`. */
export type LogFilterField =
  /** `attemptIn`. */
  | 'ATTEMPT_IN'
  /** `contains`. */
  | 'CONTAINS'
  /** `matches`. */
  | 'MATCHES'
  /** `minSeverity`. */
  | 'MIN_SEVERITY'
  /** `notContains`. */
  | 'NOT_CONTAINS'
  /** `severityIn`. */
  | 'SEVERITY_IN'
  /** `since`. */
  | 'SINCE'
  /** `stepIn`. */
  | 'STEP_IN'
  /** `taskIn`. */
  | 'TASK_IN'
  /** `until`. */
  | 'UNTIL';

/** The severity of a line: the ranges of OpenTelemetry severity numbers. */
export type LogSeverity =
  /** For debugging (5 to 8). */
  | 'DEBUG'
  /** Something went wrong (17 to 20). */
  | 'ERROR'
  /** An error that ends a program: critical, panic, emergency (21 to 24). */
  | 'FATAL'
  /** Normal operation (9 to 12). */
  | 'INFO'
  /** The finest detail (1 to 4). */
  | 'TRACE'
  /** The source names no severity (0). */
  | 'UNSPECIFIED'
  /** Not an error, but worth a look (13 to 16). */
  | 'WARN';

/** Why a stream ended. */
export type LogStreamEndReason =
  /** The jobs are finished and all their lines are delivered. */
  | 'JOB_FINISHED'
  /** The stream has reached its maximum duration. Subscribe again with `after: cursor`. */
  | 'MAX_DURATION'
  /** This server is shutting down. Subscribe again with `after: cursor`. */
  | 'SERVER_SHUTDOWN'
  /** A source was removed from the configuration, or its settings have changed. Subscribe again with `after: cursor`. */
  | 'SOURCE_CHANGED'
  /** The job no longer exists. */
  | 'SOURCE_GONE';

/** How the vendor's own log call is paged. Clients always page in the same way. */
export type NativePagination =
  /** Pages start at a row number. */
  | 'OFFSET'
  /** An opaque token leads to the next page. */
  | 'PAGE_TOKEN'
  /** Pages start after a record. */
  | 'RECORD_KEYSET'
  /** Pages start after a time. */
  | 'TIME_KEYSET'
  /** There are no pages: everything is returned at once. */
  | 'WHOLE_RESPONSE';

export type HistogramQueryVariables = Exact<{
  jobs: ReadonlyArray<string> | string;
  filter?: LogFilter | null | undefined;
  buckets?: number | null | undefined;
  step?: unknown;
}>;

export type HistogramQuery = {
  readonly logHistogram: {
    readonly from: string | null;
    readonly until: string | null;
    readonly coveredFrom: string | null;
    readonly total: number;
    readonly isPartial: boolean;
    readonly buckets: ReadonlyArray<{
      readonly from: string;
      readonly until: string;
      readonly total: number;
      readonly counts: ReadonlyArray<{ readonly severity: LogSeverity; readonly count: number }>;
    }>;
    readonly failures: ReadonlyArray<{ readonly source: string; readonly code: ErrorCode; readonly message: string }>;
  };
};

export type JobTreeQueryVariables = Exact<{
  source: string;
  key: string;
  most: number;
}>;

export type JobTreeQuery = {
  readonly job: {
    readonly key: string;
    readonly name: string;
    readonly status: JobStatus;
    readonly nativeStatus: string | null;
    readonly createdAt: string | null;
    readonly startedAt: string | null;
    readonly finishedAt: string | null;
    readonly attempts: {
      readonly nodes: ReadonlyArray<{
        readonly id: string;
        readonly key: string;
        readonly number: number | null;
        readonly status: JobStatus;
        readonly nativeStatus: string | null;
        readonly startedAt: string | null;
        readonly finishedAt: string | null;
        readonly step: { readonly key: string } | null;
      }>;
      readonly pageInfo: { readonly hasPreviousPage: boolean };
      readonly failures: ReadonlyArray<{ readonly source: string; readonly code: ErrorCode; readonly message: string }>;
    } | null;
    readonly steps: {
      readonly nodes: ReadonlyArray<{
        readonly id: string;
        readonly key: string;
        readonly name: string;
        readonly status: JobStatus;
        readonly nativeStatus: string | null;
        readonly startedAt: string | null;
        readonly finishedAt: string | null;
        readonly attempt: { readonly key: string } | null;
      }>;
      readonly pageInfo: { readonly hasNextPage: boolean };
      readonly failures: ReadonlyArray<{ readonly source: string; readonly code: ErrorCode; readonly message: string }>;
    } | null;
    readonly tasks: {
      readonly nodes: ReadonlyArray<{
        readonly id: string;
        readonly key: string;
        readonly name: string;
        readonly status: JobStatus;
        readonly nativeStatus: string | null;
        readonly startedAt: string | null;
        readonly finishedAt: string | null;
        readonly attempt: { readonly key: string } | null;
        readonly step: { readonly key: string } | null;
      }>;
      readonly pageInfo: { readonly hasNextPage: boolean };
      readonly failures: ReadonlyArray<{ readonly source: string; readonly code: ErrorCode; readonly message: string }>;
    } | null;
  } | null;
};

export type ComplaintFragment = { readonly source: string; readonly code: ErrorCode; readonly message: string };

export type JobsQueryVariables = Exact<{
  sources?: ReadonlyArray<string> | string | null | undefined;
  filter?: JobFilter | null | undefined;
  first: number;
}>;

export type JobsQuery = {
  readonly jobs: {
    readonly nodes: ReadonlyArray<{
      readonly key: string;
      readonly name: string;
      readonly status: JobStatus;
      readonly nativeStatus: string | null;
      readonly createdAt: string | null;
      readonly startedAt: string | null;
      readonly finishedAt: string | null;
      readonly source: { readonly name: string };
    }>;
    readonly failures: ReadonlyArray<{ readonly source: string; readonly code: ErrorCode; readonly message: string }>;
  };
};

export type JobIdQueryVariables = Exact<{
  source: string;
  key: string;
}>;

export type JobIdQuery = {
  readonly job: { readonly id: string } | null;
  readonly sources: ReadonlyArray<{ readonly name: string }>;
};

export type JobStatusQueryVariables = Exact<{
  source: string;
  key: string;
}>;

export type JobStatusQuery = { readonly job: { readonly status: JobStatus } | null };

export type LineRecordFragment = {
  readonly id: string;
  readonly timestamp: string;
  readonly severity: LogSeverity;
  readonly severityNumber: number;
  readonly severityText: string | null;
  readonly message: string;
  readonly attributes: unknown;
  readonly job: { readonly key: string; readonly source: { readonly name: string } } | null;
  readonly attempt: { readonly key: string } | null;
  readonly step: { readonly key: string } | null;
  readonly task: { readonly key: string } | null;
  readonly exceptions: ReadonlyArray<{
    readonly type: string;
    readonly message: string | null;
    readonly frames: ReadonlyArray<{
      readonly file: string | null;
      readonly line: number | null;
      readonly function: string | null;
    }>;
  }>;
};

export type LogsQueryVariables = Exact<{
  jobs: ReadonlyArray<string> | string;
  filter?: LogFilter | null | undefined;
  first?: number | null | undefined;
  last?: number | null | undefined;
}>;

export type LogsQuery = {
  readonly logs: {
    readonly nodes: ReadonlyArray<{
      readonly id: string;
      readonly timestamp: string;
      readonly severity: LogSeverity;
      readonly severityNumber: number;
      readonly severityText: string | null;
      readonly message: string;
      readonly attributes: unknown;
      readonly job: { readonly key: string; readonly source: { readonly name: string } } | null;
      readonly attempt: { readonly key: string } | null;
      readonly step: { readonly key: string } | null;
      readonly task: { readonly key: string } | null;
      readonly exceptions: ReadonlyArray<{
        readonly type: string;
        readonly message: string | null;
        readonly frames: ReadonlyArray<{
          readonly file: string | null;
          readonly line: number | null;
          readonly function: string | null;
        }>;
      }>;
    }>;
    readonly failures: ReadonlyArray<{ readonly source: string; readonly code: ErrorCode; readonly message: string }>;
  };
};

export type TailSubscriptionVariables = Exact<{
  jobs: ReadonlyArray<string> | string;
  filter?: LogFilter | null | undefined;
  after?: string | null | undefined;
  tail?: number | null | undefined;
}>;

export type TailSubscription = {
  readonly logEntries:
    | {
        readonly __typename: 'LogBatch';
        readonly cursor: string;
        readonly mayRepeat: boolean;
        readonly edges: ReadonlyArray<{
          readonly node: {
            readonly id: string;
            readonly timestamp: string;
            readonly severity: LogSeverity;
            readonly severityNumber: number;
            readonly severityText: string | null;
            readonly message: string;
            readonly attributes: unknown;
            readonly job: { readonly key: string; readonly source: { readonly name: string } } | null;
            readonly attempt: { readonly key: string } | null;
            readonly step: { readonly key: string } | null;
            readonly task: { readonly key: string } | null;
            readonly exceptions: ReadonlyArray<{
              readonly type: string;
              readonly message: string | null;
              readonly frames: ReadonlyArray<{
                readonly file: string | null;
                readonly line: number | null;
                readonly function: string | null;
              }>;
            }>;
          };
        }>;
        readonly dropped: { readonly count: number | null; readonly reason: string } | null;
      }
    | { readonly __typename: 'LogStreamEnd'; readonly cursor: string; readonly reason: LogStreamEndReason }
    | {
        readonly __typename: 'LogStreamStatus';
        readonly cursor: string;
        readonly failure: { readonly source: string; readonly code: ErrorCode; readonly message: string } | null;
      };
};

export type LinesAroundQueryVariables = Exact<{
  id: string;
  jobs?: ReadonlyArray<string> | string | null | undefined;
  before: number;
  after: number;
}>;

export type LinesAroundQuery = {
  readonly logContext: {
    readonly nodes: ReadonlyArray<{
      readonly id: string;
      readonly timestamp: string;
      readonly severity: LogSeverity;
      readonly severityNumber: number;
      readonly severityText: string | null;
      readonly message: string;
      readonly attributes: unknown;
      readonly job: { readonly key: string; readonly source: { readonly name: string } } | null;
      readonly attempt: { readonly key: string } | null;
      readonly step: { readonly key: string } | null;
      readonly task: { readonly key: string } | null;
      readonly exceptions: ReadonlyArray<{
        readonly type: string;
        readonly message: string | null;
        readonly frames: ReadonlyArray<{
          readonly file: string | null;
          readonly line: number | null;
          readonly function: string | null;
        }>;
      }>;
    }>;
    readonly failures: ReadonlyArray<{ readonly source: string; readonly code: ErrorCode; readonly message: string }>;
  } | null;
};

export type LinesTotalQueryVariables = Exact<{
  jobs: ReadonlyArray<string> | string;
  filter?: LogFilter | null | undefined;
}>;

export type LinesTotalQuery = { readonly logs: { readonly totalCount: number | null } };

export type SourcesQueryVariables = Exact<{ [key: string]: never }>;

export type SourcesQuery = {
  readonly sources: ReadonlyArray<{
    readonly name: string;
    readonly vendor: string;
    readonly capabilities: {
      readonly attempts: boolean;
      readonly steps: boolean;
      readonly tasks: boolean;
      readonly nativePagination: NativePagination;
      readonly maxPageSize: number | null;
      readonly totalCount: boolean;
      readonly pushdown: ReadonlyArray<LogFilterField>;
    };
  }>;
};

export type SourcesHealthQueryVariables = Exact<{ [key: string]: never }>;

export type SourcesHealthQuery = {
  readonly sources: ReadonlyArray<{
    readonly name: string;
    readonly vendor: string;
    readonly health: {
      readonly code: ErrorCode | null;
      readonly message: string | null;
      readonly latencyMilliseconds: number | null;
    } | null;
  }>;
};

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ComplaintFragmentDoc = new TypedDocumentString(
  `
    fragment Complaint on SourceFailure {
  source
  code
  message
}
    `,
  { fragmentName: 'Complaint' },
) as unknown as TypedDocumentString<ComplaintFragment, unknown>;
export const LineRecordFragmentDoc = new TypedDocumentString(
  `
    fragment LineRecord on LogEntry {
  id
  job {
    source {
      name
    }
    key
  }
  attempt {
    key
  }
  step {
    key
  }
  task {
    key
  }
  timestamp
  severity
  severityNumber
  severityText
  message(ansi: RAW)
  exceptions {
    type
    message
    frames {
      file
      line
      function
    }
  }
  attributes
}
    `,
  { fragmentName: 'LineRecord' },
) as unknown as TypedDocumentString<LineRecordFragment, unknown>;
export const HistogramDocument = new TypedDocumentString(`
    query Histogram($jobs: [ID!]!, $filter: LogFilter, $buckets: Int, $step: Duration) {
  logHistogram(jobs: $jobs, filter: $filter, buckets: $buckets, step: $step) {
    from
    until
    coveredFrom
    total
    isPartial
    buckets {
      from
      until
      total
      counts {
        severity
        count
      }
    }
    failures {
      ...Complaint
    }
  }
}
    fragment Complaint on SourceFailure {
  source
  code
  message
}`) as unknown as TypedDocumentString<HistogramQuery, HistogramQueryVariables>;
export const JobTreeDocument = new TypedDocumentString(`
    query JobTree($source: String!, $key: String!, $most: Int!) {
  job(source: $source, key: $key) {
    key
    name
    status
    nativeStatus
    createdAt
    startedAt
    finishedAt
    attempts(last: $most) {
      nodes {
        id
        key
        number
        status
        nativeStatus
        startedAt
        finishedAt
        step {
          key
        }
      }
      pageInfo {
        hasPreviousPage
      }
      failures {
        ...Complaint
      }
    }
    steps(first: $most) {
      nodes {
        id
        key
        name
        status
        nativeStatus
        startedAt
        finishedAt
        attempt {
          key
        }
      }
      pageInfo {
        hasNextPage
      }
      failures {
        ...Complaint
      }
    }
    tasks(first: $most) {
      nodes {
        id
        key
        name
        status
        nativeStatus
        startedAt
        finishedAt
        attempt {
          key
        }
        step {
          key
        }
      }
      pageInfo {
        hasNextPage
      }
      failures {
        ...Complaint
      }
    }
  }
}
    fragment Complaint on SourceFailure {
  source
  code
  message
}`) as unknown as TypedDocumentString<JobTreeQuery, JobTreeQueryVariables>;
export const JobsDocument = new TypedDocumentString(`
    query Jobs($sources: [String!], $filter: JobFilter, $first: Int!) {
  jobs(sources: $sources, filter: $filter, first: $first) {
    nodes {
      source {
        name
      }
      key
      name
      status
      nativeStatus
      createdAt
      startedAt
      finishedAt
    }
    failures {
      ...Complaint
    }
  }
}
    fragment Complaint on SourceFailure {
  source
  code
  message
}`) as unknown as TypedDocumentString<JobsQuery, JobsQueryVariables>;
export const JobIdDocument = new TypedDocumentString(`
    query JobId($source: String!, $key: String!) {
  job(source: $source, key: $key) {
    id
  }
  sources {
    name
  }
}
    `) as unknown as TypedDocumentString<JobIdQuery, JobIdQueryVariables>;
export const JobStatusDocument = new TypedDocumentString(`
    query JobStatus($source: String!, $key: String!) {
  job(source: $source, key: $key) {
    status
  }
}
    `) as unknown as TypedDocumentString<JobStatusQuery, JobStatusQueryVariables>;
export const LogsDocument = new TypedDocumentString(`
    query Logs($jobs: [ID!]!, $filter: LogFilter, $first: Int, $last: Int) {
  logs(jobs: $jobs, filter: $filter, first: $first, last: $last) {
    nodes {
      ...LineRecord
    }
    failures {
      ...Complaint
    }
  }
}
    fragment Complaint on SourceFailure {
  source
  code
  message
}
fragment LineRecord on LogEntry {
  id
  job {
    source {
      name
    }
    key
  }
  attempt {
    key
  }
  step {
    key
  }
  task {
    key
  }
  timestamp
  severity
  severityNumber
  severityText
  message(ansi: RAW)
  exceptions {
    type
    message
    frames {
      file
      line
      function
    }
  }
  attributes
}`) as unknown as TypedDocumentString<LogsQuery, LogsQueryVariables>;
export const TailDocument = new TypedDocumentString(`
    subscription Tail($jobs: [ID!]!, $filter: LogFilter, $after: String, $tail: Int) {
  logEntries(jobs: $jobs, filter: $filter, after: $after, tail: $tail) {
    __typename
    ... on LogBatch {
      cursor
      mayRepeat
      edges {
        node {
          ...LineRecord
        }
      }
      dropped {
        count
        reason
      }
    }
    ... on LogStreamStatus {
      cursor
      failure {
        ...Complaint
      }
    }
    ... on LogStreamEnd {
      cursor
      reason
    }
  }
}
    fragment Complaint on SourceFailure {
  source
  code
  message
}
fragment LineRecord on LogEntry {
  id
  job {
    source {
      name
    }
    key
  }
  attempt {
    key
  }
  step {
    key
  }
  task {
    key
  }
  timestamp
  severity
  severityNumber
  severityText
  message(ansi: RAW)
  exceptions {
    type
    message
    frames {
      file
      line
      function
    }
  }
  attributes
}`) as unknown as TypedDocumentString<TailSubscription, TailSubscriptionVariables>;
export const LinesAroundDocument = new TypedDocumentString(`
    query LinesAround($id: ID!, $jobs: [ID!], $before: Int!, $after: Int!) {
  logContext(id: $id, jobs: $jobs, before: $before, after: $after) {
    nodes {
      ...LineRecord
    }
    failures {
      ...Complaint
    }
  }
}
    fragment Complaint on SourceFailure {
  source
  code
  message
}
fragment LineRecord on LogEntry {
  id
  job {
    source {
      name
    }
    key
  }
  attempt {
    key
  }
  step {
    key
  }
  task {
    key
  }
  timestamp
  severity
  severityNumber
  severityText
  message(ansi: RAW)
  exceptions {
    type
    message
    frames {
      file
      line
      function
    }
  }
  attributes
}`) as unknown as TypedDocumentString<LinesAroundQuery, LinesAroundQueryVariables>;
export const LinesTotalDocument = new TypedDocumentString(`
    query LinesTotal($jobs: [ID!]!, $filter: LogFilter) {
  logs(jobs: $jobs, filter: $filter, first: 1) {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<LinesTotalQuery, LinesTotalQueryVariables>;
export const SourcesDocument = new TypedDocumentString(`
    query Sources {
  sources {
    name
    vendor
    capabilities {
      attempts
      steps
      tasks
      nativePagination
      maxPageSize
      totalCount
      pushdown
    }
  }
}
    `) as unknown as TypedDocumentString<SourcesQuery, SourcesQueryVariables>;
export const SourcesHealthDocument = new TypedDocumentString(`
    query SourcesHealth {
  sources {
    name
    vendor
    health {
      code
      message
      latencyMilliseconds
    }
  }
}
    `) as unknown as TypedDocumentString<SourcesHealthQuery, SourcesHealthQueryVariables>;
