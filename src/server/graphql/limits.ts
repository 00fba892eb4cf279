import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor';
import { GraphQLError } from 'graphql';
import type { ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { QueryLimits } from '../../config/service-limits.ts';
import type { ErrorCode } from '../../domain/errors.ts';

export function tooComplex(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX' satisfies ErrorCode } });
}

/** Refuses queries that are too large before they run. The message names the limit. */
export function limitQueries({ tokens, depth, aliases, directives }: QueryLimits): Plugin {
  const rejection = { propagateOnRejection: false, onReject: [reject] };
  return EnvelopArmorPlugin({
    // Cost depends on page sizes here: see cost/estimate.ts.
    costLimit: { enabled: false },
    // It hides those of fields alone: see `refuseIntrospection`.
    blockFieldSuggestion: { enabled: false },
    maxTokens: { n: tokens, ...rejection },
    maxDepth: { n: depth, flattenFragments: true, ...rejection },
    maxAliases: { n: aliases, ...rejection },
    maxDirectives: { n: directives, ...rejection },
  });
}

/** The parser has no context to report to, so the error is thrown there. */
function reject(context: ValidationContext | null, error: GraphQLError): void {
  const refusal = tooComplex(error.message.replace(/^Syntax Error: /, ''));
  if (context === null) throw refusal;
  context.reportError(refusal);
}
