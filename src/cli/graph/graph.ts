import type { TypedDocumentString } from './generated/graphql.ts';
import type { JobRef } from '../../domain/job.ts';
import type { ExportFormatName } from '../../export/formats.ts';
import type { ExportEnd } from '../../export/walk.ts';
import type { LineFilter } from '../../federation/api.ts';

type Values = Readonly<Record<string, unknown>>;

/** The public graph that commands read, in this process or at a running service. */
export interface Graph {
  /** True if the graph outlives this process. Then a stream that the service ends is resumed. */
  readonly goesOn: boolean;
  /**
   * Runs a query. Throws if the answer has any error. Missing lines of a source are no error: they are listed in
   * `failures`, which is data.
   */
  run<Result, Variables extends Values>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
  /** Runs a subscription until it ends. Throws like `run`. */
  subscribe<Result, Variables extends Values>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): AsyncGenerator<Result, void, undefined>;
  /**
   * Exports whole logs as text, oldest line first. Returns how the export ended. Throws if the first lines cannot be
   * read.
   */
  exportLogs(question: ExportQuestion): AsyncGenerator<string, ExportEnd, undefined>;
}

export interface ExportQuestion {
  readonly jobs: readonly JobRef[];
  readonly filter: LineFilter;
  readonly format: ExportFormatName;
  /** Resume after this cursor. */
  readonly after?: string | undefined;
}
