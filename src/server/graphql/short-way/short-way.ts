import { getOperationAST, OperationTypeNode } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { hasDeferred } from '../deferred.ts';
import type { Enveloped } from '../enveloped.ts';
import type { GraphqlServer, TransportContext, Yoga } from '../graphql.ts';
import { isLarge } from '../large-answers.ts';
import type { Asked } from './ordinary.ts';
import type { ExecutionOutcome } from './outcome.ts';

/**
 * Executes an ordinary query with yoga's enveloped functions, so with all plug-ins that see an operation, but without a Fetch request.
 * Null: it is another kind of operation, or not valid.
 */
export async function runShort(
  yoga: Yoga,
  documentOf: GraphqlServer['documentOf'],
  { query, variables, operationName }: Asked,
  transport: TransportContext,
): Promise<ExecutionOutcome | null> {
  const document = documentOf(yoga, query, operationName);
  if (document === null || hasDeferred(document)) return null;
  if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.QUERY) return null;
  const enveloped: Enveloped = yoga.getEnveloped(transport);
  try {
    const contextValue = await enveloped.contextFactory();
    const args = { schema: enveloped.schema, document, contextValue, variableValues: variables, operationName };
    const result = await enveloped.execute(args);
    return { isLarge: isLarge(contextValue.call.budget.used), give: () => inOnePart(result) };
  } catch (error) {
    return {
      isLarge: false,
      give: () => {
        throw error;
      },
    };
  }
}

function inOnePart(result: Awaited<ReturnType<Enveloped['execute']>>): ExecutionResult {
  if (isAsyncIterable(result)) throw new Error('A query without @defer was answered in parts.');
  return result as ExecutionResult;
}
