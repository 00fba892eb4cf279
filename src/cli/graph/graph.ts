import type { TypedDocumentString } from './generated/graphql.ts';

/** What commands read: the public graph, of this process or of a running service. */
export interface Graph {
  /**
   * Answers a query. Throws when there is no data, and when a part of it is missing: what may be missing beside the rest is in a
   * list of failures, which is data.
   */
  run<Result, Variables extends Readonly<Record<string, unknown>>>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
}
