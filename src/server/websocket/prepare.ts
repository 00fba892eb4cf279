import { asError } from '../../domain/errors.ts';
import { getOperationAST, GraphQLError } from 'graphql';
import type { ExecutionArgs } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { EXPLAIN_HEADER } from '../explain/explain-operations.ts';
import { badRequest } from '../graphql/bad-request.ts';
import type { Enveloped } from '../graphql/enveloped.ts';
import { REFUSED } from './bounded-message.ts';

/** An operation's arguments together with its functions, because graphql-ws calls those later. */
export type Execution = ExecutionArgs & { readonly enveloped: Enveloped };

/** Parses and validates an operation. Returns the client's mistakes as errors, as graphql-ws expects. */
export async function prepare(
  enveloped: Enveloped,
  textOf: (payload: Readonly<Record<string, unknown>>) => string | null,
  payload: SubscribePayload,
): Promise<Execution | readonly GraphQLError[]> {
  try {
    const { variables, operationName, extensions } = payload;
    const refused = extensions?.[REFUSED];
    if (typeof refused === 'string') return [badRequest(refused)];
    const document = enveloped.parse(textOf({ ...payload }) ?? '');
    const problems = enveloped.validate(enveloped.schema, document);
    if (problems.length > 0) return problems;
    if (!getOperationAST(document, operationName)) return [new GraphQLError('There is no such operation.')];
    const contextValue = await enveloped.contextFactory();
    return {
      schema: enveloped.schema,
      document,
      contextValue,
      variableValues: variables ?? null,
      operationName: operationName ?? null,
      enveloped,
    };
  } catch (error) {
    return [
      error instanceof GraphQLError ? error : new GraphQLError('Unexpected error.', { originalError: asError(error) }),
    ];
  }
}

/**
 * What is a header over HTTP, in an operation's extensions: browsers cannot set headers on a WebSocket, and a connection has
 * many operations.
 */
export function headersIn({ extensions }: SubscribePayload) {
  const of = (name: string): string | null => {
    const given = extensions?.[name];
    return typeof given === 'string' ? given : null;
  };
  return { traceparent: of('traceparent'), explain: of(EXPLAIN_HEADER) };
}
