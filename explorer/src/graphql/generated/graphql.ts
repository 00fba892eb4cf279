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

/** The state of a stream. */
export type LogStreamState =
  /** A source asked for fewer calls: the service waits before it tries again. `failure` has the reason. */
  | 'BACKING_OFF'
  /** There are lines that have not been delivered yet. */
  | 'CATCHING_UP'
  /** Everything has been delivered; new lines follow as they arrive. */
  | 'LIVE'
  /** A source fails; `failure` has the reason. The service tries again. */
  | 'SOURCE_ERROR';

/** Where a line's severity comes from. */
export type SeveritySource =
  /** The vendor gave none; it was inferred from the message. */
  | 'INFERRED'
  /** The severity is not known. */
  | 'NONE'
  /** The vendor gave it. */
  | 'VENDOR';

/** The health of a source. */
export type SourceHealthState =
  /** It answers, but limits the rate of calls. */
  | 'DEGRADED'
  /** It does not answer, or refuses calls. */
  | 'DOWN'
  /** It answers. */
  | 'UP';

export type ContextQueryVariables = Exact<{
  id: string;
  jobs?: ReadonlyArray<string> | string | null | undefined;
  before: number;
  after: number;
}>;

export type ContextQuery = {
  readonly logContext: {
    readonly nodes: ReadonlyArray<{
      readonly id: string;
      readonly timestamp: string;
      readonly placedAt: string | null;
      readonly severity: LogSeverity;
      readonly severityText: string | null;
      readonly severitySource: SeveritySource;
      readonly message: string;
      readonly messageTruncated: boolean;
      readonly messageLength: number;
      readonly stepName: string | null;
      readonly taskName: string | null;
      readonly attemptNumber: number | null;
      readonly job: { readonly id: string } | null;
      readonly attempt: { readonly key: string } | null;
      readonly step: { readonly key: string } | null;
      readonly task: { readonly key: string } | null;
    }>;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean };
    readonly failures: ReadonlyArray<{
      readonly source: string;
      readonly jobId: string | null;
      readonly code: ErrorCode;
      readonly message: string;
      readonly retryAfterSeconds: number | null;
    }>;
  } | null;
};

export type HistogramQueryVariables = Exact<{
  jobs: ReadonlyArray<string> | string;
  filter?: LogFilter | null | undefined;
  buckets: number;
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
    readonly failures: ReadonlyArray<{
      readonly source: string;
      readonly jobId: string | null;
      readonly code: ErrorCode;
      readonly message: string;
      readonly retryAfterSeconds: number | null;
    }>;
  };
};

export type JobRowFragment = {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly status: JobStatus;
  readonly nativeStatus: string | null;
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly source: { readonly name: string; readonly vendor: string };
};

export type SourcesQueryVariables = Exact<{ [key: string]: never }>;

export type SourcesQuery = {
  readonly sources: ReadonlyArray<{
    readonly name: string;
    readonly vendor: string;
    readonly capabilities: {
      readonly attempts: boolean;
      readonly steps: boolean;
      readonly tasks: boolean;
      readonly totalCount: boolean;
    };
  }>;
};

export type SourceHealthQueryVariables = Exact<{
  name: string;
}>;

export type SourceHealthQuery = {
  readonly source: {
    readonly health: {
      readonly state: SourceHealthState;
      readonly code: ErrorCode | null;
      readonly message: string | null;
      readonly latencyMilliseconds: number | null;
    } | null;
  } | null;
};

export type JobsQueryVariables = Exact<{
  sources?: ReadonlyArray<string> | string | null | undefined;
  filter?: JobFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;

export type JobsQuery = {
  readonly jobs: {
    readonly nodes: ReadonlyArray<{
      readonly id: string;
      readonly key: string;
      readonly name: string;
      readonly status: JobStatus;
      readonly nativeStatus: string | null;
      readonly createdAt: string | null;
      readonly startedAt: string | null;
      readonly finishedAt: string | null;
      readonly source: { readonly name: string; readonly vendor: string };
    }>;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly failures: ReadonlyArray<{
      readonly source: string;
      readonly code: ErrorCode;
      readonly message: string;
      readonly retryAfterSeconds: number | null;
    }>;
  };
};

export type SelectedJobsQueryVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;

export type SelectedJobsQuery = {
  readonly nodes: ReadonlyArray<
    | {
        readonly id: string;
        readonly key: string;
        readonly name: string;
        readonly status: JobStatus;
        readonly nativeStatus: string | null;
        readonly createdAt: string | null;
        readonly startedAt: string | null;
        readonly finishedAt: string | null;
        readonly source: { readonly name: string; readonly vendor: string };
      }
    | Record<PropertyKey, never>
    | null
  >;
};

export type LineFragment = {
  readonly id: string;
  readonly timestamp: string;
  readonly placedAt: string | null;
  readonly severity: LogSeverity;
  readonly severityText: string | null;
  readonly severitySource: SeveritySource;
  readonly message: string;
  readonly messageTruncated: boolean;
  readonly messageLength: number;
  readonly stepName: string | null;
  readonly taskName: string | null;
  readonly attemptNumber: number | null;
  readonly job: { readonly id: string } | null;
  readonly attempt: { readonly key: string } | null;
  readonly step: { readonly key: string } | null;
  readonly task: { readonly key: string } | null;
};

export type FailureFragment = {
  readonly source: string;
  readonly jobId: string | null;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterSeconds: number | null;
};

export type LogsQueryVariables = Exact<{
  jobs: ReadonlyArray<string> | string;
  filter?: LogFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;

export type LogsQuery = {
  readonly logs: {
    readonly edges: ReadonlyArray<{
      readonly cursor: string;
      readonly node: {
        readonly id: string;
        readonly timestamp: string;
        readonly placedAt: string | null;
        readonly severity: LogSeverity;
        readonly severityText: string | null;
        readonly severitySource: SeveritySource;
        readonly message: string;
        readonly messageTruncated: boolean;
        readonly messageLength: number;
        readonly stepName: string | null;
        readonly taskName: string | null;
        readonly attemptNumber: number | null;
        readonly job: { readonly id: string } | null;
        readonly attempt: { readonly key: string } | null;
        readonly step: { readonly key: string } | null;
        readonly task: { readonly key: string } | null;
      };
    }>;
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly startCursor: string | null;
      readonly endCursor: string | null;
    };
    readonly failures: ReadonlyArray<{
      readonly source: string;
      readonly jobId: string | null;
      readonly code: ErrorCode;
      readonly message: string;
      readonly retryAfterSeconds: number | null;
    }>;
  };
};

export type LineDetailsQueryVariables = Exact<{
  id: string;
}>;

export type LineDetailsQuery = {
  readonly node:
    | {
        readonly severityNumber: number;
        readonly attributes: unknown;
        readonly id: string;
        readonly timestamp: string;
        readonly placedAt: string | null;
        readonly severity: LogSeverity;
        readonly severityText: string | null;
        readonly severitySource: SeveritySource;
        readonly message: string;
        readonly messageTruncated: boolean;
        readonly messageLength: number;
        readonly stepName: string | null;
        readonly taskName: string | null;
        readonly attemptNumber: number | null;
        readonly text: string;
        readonly attempt: { readonly id: string; readonly key: string } | null;
        readonly step: { readonly id: string; readonly key: string } | null;
        readonly task: { readonly id: string; readonly key: string } | null;
        readonly exceptions: ReadonlyArray<{
          readonly type: string;
          readonly message: string | null;
          readonly frames: ReadonlyArray<{
            readonly file: string | null;
            readonly line: number | null;
            readonly function: string | null;
          }>;
        }>;
        readonly job: { readonly id: string } | null;
      }
    | Record<PropertyKey, never>
    | null;
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
        readonly edges: ReadonlyArray<{
          readonly cursor: string;
          readonly late: boolean;
          readonly node: {
            readonly id: string;
            readonly timestamp: string;
            readonly placedAt: string | null;
            readonly severity: LogSeverity;
            readonly severityText: string | null;
            readonly severitySource: SeveritySource;
            readonly message: string;
            readonly messageTruncated: boolean;
            readonly messageLength: number;
            readonly stepName: string | null;
            readonly taskName: string | null;
            readonly attemptNumber: number | null;
            readonly job: { readonly id: string } | null;
            readonly attempt: { readonly key: string } | null;
            readonly step: { readonly key: string } | null;
            readonly task: { readonly key: string } | null;
          };
        }>;
        readonly dropped: { readonly count: number | null; readonly reason: string } | null;
      }
    | { readonly __typename: 'LogStreamEnd'; readonly cursor: string; readonly reason: LogStreamEndReason }
    | {
        readonly __typename: 'LogStreamStatus';
        readonly cursor: string;
        readonly state: LogStreamState;
        readonly lagSeconds: number | null;
        readonly failure: {
          readonly source: string;
          readonly jobId: string | null;
          readonly code: ErrorCode;
          readonly message: string;
          readonly retryAfterSeconds: number | null;
        } | null;
      };
};

export type AttemptRowFragment = {
  readonly id: string;
  readonly key: string;
  readonly number: number | null;
  readonly status: JobStatus;
  readonly nativeStatus: string | null;
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly step: { readonly key: string } | null;
};

export type StepRowFragment = {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly status: JobStatus;
  readonly nativeStatus: string | null;
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly attempt: { readonly key: string } | null;
};

export type TaskRowFragment = {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly status: JobStatus;
  readonly nativeStatus: string | null;
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly attempt: { readonly key: string } | null;
  readonly step: { readonly key: string } | null;
};

export type PartsQueryVariables = Exact<{
  job: string;
  attempts: number;
  steps: number;
  tasks: number;
}>;

export type PartsQuery = {
  readonly node:
    | {
        readonly status: JobStatus;
        readonly attempts: {
          readonly nodes: ReadonlyArray<{
            readonly id: string;
            readonly key: string;
            readonly number: number | null;
            readonly status: JobStatus;
            readonly nativeStatus: string | null;
            readonly createdAt: string | null;
            readonly startedAt: string | null;
            readonly finishedAt: string | null;
            readonly step: { readonly key: string } | null;
          }>;
          readonly pageInfo: { readonly hasPreviousPage: boolean };
          readonly failures: ReadonlyArray<{ readonly message: string }>;
        } | null;
        readonly steps: {
          readonly nodes: ReadonlyArray<{
            readonly id: string;
            readonly key: string;
            readonly name: string;
            readonly status: JobStatus;
            readonly nativeStatus: string | null;
            readonly createdAt: string | null;
            readonly startedAt: string | null;
            readonly finishedAt: string | null;
            readonly attempt: { readonly key: string } | null;
          }>;
          readonly pageInfo: { readonly hasNextPage: boolean };
          readonly failures: ReadonlyArray<{ readonly message: string }>;
        } | null;
        readonly tasks: {
          readonly nodes: ReadonlyArray<{
            readonly id: string;
            readonly key: string;
            readonly name: string;
            readonly status: JobStatus;
            readonly nativeStatus: string | null;
            readonly createdAt: string | null;
            readonly startedAt: string | null;
            readonly finishedAt: string | null;
            readonly attempt: { readonly key: string } | null;
            readonly step: { readonly key: string } | null;
          }>;
          readonly pageInfo: { readonly hasNextPage: boolean };
          readonly failures: ReadonlyArray<{ readonly message: string }>;
        } | null;
      }
    | Record<PropertyKey, never>
    | null;
};

export type AttemptPartsQueryVariables = Exact<{
  attempt: string;
  steps: number;
  tasks: number;
}>;

export type AttemptPartsQuery = {
  readonly node:
    | {
        readonly steps: {
          readonly nodes: ReadonlyArray<{
            readonly id: string;
            readonly key: string;
            readonly name: string;
            readonly status: JobStatus;
            readonly nativeStatus: string | null;
            readonly createdAt: string | null;
            readonly startedAt: string | null;
            readonly finishedAt: string | null;
            readonly attempt: { readonly key: string } | null;
          }>;
        } | null;
        readonly tasks: {
          readonly nodes: ReadonlyArray<{
            readonly id: string;
            readonly key: string;
            readonly name: string;
            readonly status: JobStatus;
            readonly nativeStatus: string | null;
            readonly createdAt: string | null;
            readonly startedAt: string | null;
            readonly finishedAt: string | null;
            readonly attempt: { readonly key: string } | null;
            readonly step: { readonly key: string } | null;
          }>;
        } | null;
      }
    | Record<PropertyKey, never>
    | null;
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
export const JobRowFragmentDoc = new TypedDocumentString(
  `
    fragment JobRow on Job {
  id
  key
  name
  status
  nativeStatus
  createdAt
  startedAt
  finishedAt
  source {
    name
    vendor
  }
}
    `,
  { fragmentName: 'JobRow' },
) as unknown as TypedDocumentString<JobRowFragment, unknown>;
export const LineFragmentDoc = new TypedDocumentString(
  `
    fragment Line on LogEntry {
  id
  timestamp
  placedAt
  severity
  severityText
  severitySource
  message(ansi: RAW, maxLength: 4000)
  messageTruncated(ansi: RAW, maxLength: 4000)
  messageLength(ansi: RAW)
  stepName
  taskName
  attemptNumber
  job {
    id
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
}
    `,
  { fragmentName: 'Line' },
) as unknown as TypedDocumentString<LineFragment, unknown>;
export const FailureFragmentDoc = new TypedDocumentString(
  `
    fragment Failure on SourceFailure {
  source
  jobId
  code
  message
  retryAfterSeconds
}
    `,
  { fragmentName: 'Failure' },
) as unknown as TypedDocumentString<FailureFragment, unknown>;
export const AttemptRowFragmentDoc = new TypedDocumentString(
  `
    fragment AttemptRow on Attempt {
  id
  key
  number
  status
  nativeStatus
  createdAt
  startedAt
  finishedAt
  step {
    key
  }
}
    `,
  { fragmentName: 'AttemptRow' },
) as unknown as TypedDocumentString<AttemptRowFragment, unknown>;
export const StepRowFragmentDoc = new TypedDocumentString(
  `
    fragment StepRow on Step {
  id
  key
  name
  status
  nativeStatus
  createdAt
  startedAt
  finishedAt
  attempt {
    key
  }
}
    `,
  { fragmentName: 'StepRow' },
) as unknown as TypedDocumentString<StepRowFragment, unknown>;
export const TaskRowFragmentDoc = new TypedDocumentString(
  `
    fragment TaskRow on Task {
  id
  key
  name
  status
  nativeStatus
  createdAt
  startedAt
  finishedAt
  attempt {
    key
  }
  step {
    key
  }
}
    `,
  { fragmentName: 'TaskRow' },
) as unknown as TypedDocumentString<TaskRowFragment, unknown>;
export const ContextDocument = new TypedDocumentString(`
    query Context($id: ID!, $jobs: [ID!], $before: Int!, $after: Int!) {
  logContext(id: $id, jobs: $jobs, before: $before, after: $after) {
    nodes {
      ...Line
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
    }
    failures {
      ...Failure
    }
  }
}
    fragment Line on LogEntry {
  id
  timestamp
  placedAt
  severity
  severityText
  severitySource
  message(ansi: RAW, maxLength: 4000)
  messageTruncated(ansi: RAW, maxLength: 4000)
  messageLength(ansi: RAW)
  stepName
  taskName
  attemptNumber
  job {
    id
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
}
fragment Failure on SourceFailure {
  source
  jobId
  code
  message
  retryAfterSeconds
}`) as unknown as TypedDocumentString<ContextQuery, ContextQueryVariables>;
export const HistogramDocument = new TypedDocumentString(`
    query Histogram($jobs: [ID!]!, $filter: LogFilter, $buckets: Int!) {
  logHistogram(jobs: $jobs, filter: $filter, buckets: $buckets) {
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
      ...Failure
    }
  }
}
    fragment Failure on SourceFailure {
  source
  jobId
  code
  message
  retryAfterSeconds
}`) as unknown as TypedDocumentString<HistogramQuery, HistogramQueryVariables>;
export const SourcesDocument = new TypedDocumentString(`
    query Sources {
  sources {
    name
    vendor
    capabilities {
      attempts
      steps
      tasks
      totalCount
    }
  }
}
    `) as unknown as TypedDocumentString<SourcesQuery, SourcesQueryVariables>;
export const SourceHealthDocument = new TypedDocumentString(`
    query SourceHealth($name: String!) {
  source(name: $name) {
    health {
      state
      code
      message
      latencyMilliseconds
    }
  }
}
    `) as unknown as TypedDocumentString<SourceHealthQuery, SourceHealthQueryVariables>;
export const JobsDocument = new TypedDocumentString(`
    query Jobs($sources: [String!], $filter: JobFilter, $first: Int!, $after: String) {
  jobs(sources: $sources, filter: $filter, first: $first, after: $after) {
    nodes {
      ...JobRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    failures {
      source
      code
      message
      retryAfterSeconds
    }
  }
}
    fragment JobRow on Job {
  id
  key
  name
  status
  nativeStatus
  createdAt
  startedAt
  finishedAt
  source {
    name
    vendor
  }
}`) as unknown as TypedDocumentString<JobsQuery, JobsQueryVariables>;
export const SelectedJobsDocument = new TypedDocumentString(`
    query SelectedJobs($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Job {
      ...JobRow
    }
  }
}
    fragment JobRow on Job {
  id
  key
  name
  status
  nativeStatus
  createdAt
  startedAt
  finishedAt
  source {
    name
    vendor
  }
}`) as unknown as TypedDocumentString<SelectedJobsQuery, SelectedJobsQueryVariables>;
export const LogsDocument = new TypedDocumentString(`
    query Logs($jobs: [ID!]!, $filter: LogFilter, $first: Int, $after: String, $last: Int, $before: String) {
  logs(
    jobs: $jobs
    filter: $filter
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    edges {
      cursor
      node {
        ...Line
      }
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
    failures {
      ...Failure
    }
  }
}
    fragment Line on LogEntry {
  id
  timestamp
  placedAt
  severity
  severityText
  severitySource
  message(ansi: RAW, maxLength: 4000)
  messageTruncated(ansi: RAW, maxLength: 4000)
  messageLength(ansi: RAW)
  stepName
  taskName
  attemptNumber
  job {
    id
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
}
fragment Failure on SourceFailure {
  source
  jobId
  code
  message
  retryAfterSeconds
}`) as unknown as TypedDocumentString<LogsQuery, LogsQueryVariables>;
export const LineDetailsDocument = new TypedDocumentString(`
    query LineDetails($id: ID!) {
  node(id: $id) {
    ... on LogEntry {
      ...Line
      text: message(ansi: RAW)
      attempt {
        id
      }
      step {
        id
      }
      task {
        id
      }
      severityNumber
      attributes
      exceptions {
        type
        message
        frames {
          file
          line
          function
        }
      }
    }
  }
}
    fragment Line on LogEntry {
  id
  timestamp
  placedAt
  severity
  severityText
  severitySource
  message(ansi: RAW, maxLength: 4000)
  messageTruncated(ansi: RAW, maxLength: 4000)
  messageLength(ansi: RAW)
  stepName
  taskName
  attemptNumber
  job {
    id
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
}`) as unknown as TypedDocumentString<LineDetailsQuery, LineDetailsQueryVariables>;
export const TailDocument = new TypedDocumentString(`
    subscription Tail($jobs: [ID!]!, $filter: LogFilter, $after: String, $tail: Int) {
  logEntries(jobs: $jobs, filter: $filter, after: $after, tail: $tail) {
    ... on LogBatch {
      __typename
      cursor
      edges {
        cursor
        late
        node {
          ...Line
        }
      }
      dropped {
        count
        reason
      }
    }
    ... on LogStreamStatus {
      __typename
      cursor
      state
      lagSeconds
      failure {
        ...Failure
      }
    }
    ... on LogStreamEnd {
      __typename
      cursor
      reason
    }
  }
}
    fragment Line on LogEntry {
  id
  timestamp
  placedAt
  severity
  severityText
  severitySource
  message(ansi: RAW, maxLength: 4000)
  messageTruncated(ansi: RAW, maxLength: 4000)
  messageLength(ansi: RAW)
  stepName
  taskName
  attemptNumber
  job {
    id
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
}
fragment Failure on SourceFailure {
  source
  jobId
  code
  message
  retryAfterSeconds
}`) as unknown as TypedDocumentString<TailSubscription, TailSubscriptionVariables>;
export const PartsDocument = new TypedDocumentString(`
    query Parts($job: ID!, $attempts: Int!, $steps: Int!, $tasks: Int!) {
  node(id: $job) {
    ... on Job {
      status
      attempts(last: $attempts) {
        nodes {
          ...AttemptRow
        }
        pageInfo {
          hasPreviousPage
        }
        failures {
          message
        }
      }
      steps(first: $steps) {
        nodes {
          ...StepRow
        }
        pageInfo {
          hasNextPage
        }
        failures {
          message
        }
      }
      tasks(first: $tasks) {
        nodes {
          ...TaskRow
        }
        pageInfo {
          hasNextPage
        }
        failures {
          message
        }
      }
    }
  }
}
    fragment AttemptRow on Attempt {
  id
  key
  number
  status
  nativeStatus
  createdAt
  startedAt
  finishedAt
  step {
    key
  }
}
fragment StepRow on Step {
  id
  key
  name
  status
  nativeStatus
  createdAt
  startedAt
  finishedAt
  attempt {
    key
  }
}
fragment TaskRow on Task {
  id
  key
  name
  status
  nativeStatus
  createdAt
  startedAt
  finishedAt
  attempt {
    key
  }
  step {
    key
  }
}`) as unknown as TypedDocumentString<PartsQuery, PartsQueryVariables>;
export const AttemptPartsDocument = new TypedDocumentString(`
    query AttemptParts($attempt: ID!, $steps: Int!, $tasks: Int!) {
  node(id: $attempt) {
    ... on Attempt {
      steps(first: $steps) {
        nodes {
          ...StepRow
        }
      }
      tasks(first: $tasks) {
        nodes {
          ...TaskRow
        }
      }
    }
  }
}
    fragment StepRow on Step {
  id
  key
  name
  status
  nativeStatus
  createdAt
  startedAt
  finishedAt
  attempt {
    key
  }
}
fragment TaskRow on Task {
  id
  key
  name
  status
  nativeStatus
  createdAt
  startedAt
  finishedAt
  attempt {
    key
  }
  step {
    key
  }
}`) as unknown as TypedDocumentString<AttemptPartsQuery, AttemptPartsQueryVariables>;
