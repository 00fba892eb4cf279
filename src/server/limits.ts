import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor';
import { GraphQLError } from 'graphql';
import type { ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { ErrorCode } from '../domain/errors.ts';

/** What one request may ask for at most. */
export interface QueryLimits {
  /** Bytes of a request's body, and of a message on a WebSocket. */
  readonly bodyBytes: number;
  /** Lexical tokens of the query. */
  readonly tokens: number;
  /** Fields within fields. */
  readonly depth: number;
  /** Brackets within brackets, also those of values. */
  readonly nesting: number;
  readonly aliases: number;
  readonly directives: number;
  /** Calls of vendors that an operation may need, and may make. */
  readonly calls: number;
  /** Fields of objects that the page sizes of an operation allow for: see cost/estimate.ts. */
  readonly work: number;
}

export const DEFAULT_QUERY_LIMITS: QueryLimits = {
  bodyBytes: 1024 * 1024,
  tokens: 4_000,
  depth: 20,
  nesting: 200,
  aliases: 100,
  directives: 100,
  calls: 2_000,
  work: 250_000,
};

export function tooComplex(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX' satisfies ErrorCode } });
}

/** Refuses queries that are too big before anything is done for them. The message names the limit. */
export function limitQueries({ tokens, depth, aliases, directives }: QueryLimits): Plugin {
  const rejection = { propagateOnRejection: false, onReject: [reject] };
  return EnvelopArmorPlugin({
    // Page sizes are what a query costs here: see cost/estimate.ts.
    costLimit: { enabled: false },
    // The graph is public and GraphiQL's users like to be told what they meant.
    blockFieldSuggestion: { enabled: false },
    maxTokens: { n: tokens, ...rejection },
    maxDepth: { n: depth, flattenFragments: true, ...rejection },
    maxAliases: { n: aliases, ...rejection },
    maxDirectives: { n: directives, ...rejection },
  });
}

/** The parser has no context to report to: there the error is thrown. */
function reject(context: ValidationContext | null, error: GraphQLError): void {
  const refusal = tooComplex(error.message.replace(/^Syntax Error: /, ''));
  if (context === null) throw refusal;
  context.reportError(refusal);
}
