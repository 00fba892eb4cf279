import type { TypedDocumentString } from './generated/graphql.ts';

type Values = Readonly<Record<string, unknown>>;

/** What commands read: the public graph, of this process or of a running service. */
export interface Graph {
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
}
