import type { TypedDocumentString } from './generated/graphql.ts';
import type { JobRef } from '../../domain/job.ts';
import type { LogFilter } from '../../domain/log-filter.ts';
import type { ExportFormatName } from '../../export/formats.ts';
import type { ExportEnd } from '../../export/walk.ts';
import type { TimeBounds } from '../../federation/api.ts';

type Values = Readonly<Record<string, unknown>>;

/** What commands read: the public graph, of this process or of a running service. */
export interface Graph {
  /** Is it there without this process? A stream that a service ends is then gone on with. */
  readonly goesOn: boolean;
  /**
   * Answers a query. Throws when there is no data, and when a part of it is missing: what may be missing beside the rest is in a
   * list of failures, which is data.
   */
  run<Result, Variables extends Values>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
  /** What a subscription delivers, until it ends. Throws as `run` does. */
  subscribe<Result, Variables extends Values>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): AsyncGenerator<Result, void, undefined>;
  /** Whole logs as text, the oldest line first, and how that ended. Throws when the first lines cannot be read. */
  exportLogs(question: ExportQuestion): AsyncGenerator<string, ExportEnd, undefined>;
}

/** Which lines; every part that is given must hold. */
export type LineFilter = LogFilter & TimeBounds;

export interface ExportQuestion {
  readonly jobs: readonly JobRef[];
  readonly filter: LineFilter;
  readonly format: ExportFormatName;
  /** Go on behind this cursor. */
  readonly after?: string | undefined;
}
