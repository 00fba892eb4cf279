import { isAsyncIterable } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import { getOperationAST } from 'graphql';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { AdmittedContext } from '../access/admit-operations.ts';
import type { Call } from '../../domain/call.ts';
import type { Span } from '../../domain/span.ts';
import { whenAnswered } from '../graphql/when-answered.ts';
import { tracedFederation } from './traced-federation.ts';
import type { Tracing } from './tracing.ts';

type TracedContext = AdmittedContext & {
  /** Set for an operation over HTTP. */
  readonly request?: Request;
  /** Set for an operation over another transport. */
  readonly traceparent?: string | null;
};

/**
 * Traces each operation: spans for the operation, its lists, and the calls to sources. Must be the last plug-in that
 * changes the context.
 */
export function traceOperations(tracing: Tracing): Plugin {
  function begin(
    { document, operationName, contextValue }: ExecutionArgs,
    type: string,
  ): { readonly span: Span; readonly budget: Call['budget'] } {
    // Always the context made in graphql.ts.
    const context = contextValue as TracedContext;
    const name = getOperationAST(document, operationName)?.name?.value;
    const facts = {
      'graphql.operation.type': type,
      ...(name === undefined ? {} : { 'graphql.operation.name': name }),
    };
    const parent = context.traceparent ?? context.request?.headers.get('traceparent') ?? null;
    const span = tracing.begin(type, facts, parent);
    context.call = { ...context.call, span };
    context.federation = tracedFederation(context.federation);
    return { span, budget: context.call.budget };
  }

  return {
    onExecute({ args }) {
      const { span, budget } = begin(args, 'query');
      return {
        onExecuteDone({ result }) {
          return whenAnswered(() => {
            const { calls, rows } = budget.used;
            span.note({ 'tributary.calls': calls, 'tributary.rows': rows });
            span.end(isAsyncIterable(result) ? null : noteErrors(span, result));
          })({ result });
        },
      };
    },
    onSubscribe({ args }) {
      const { span } = begin(args, 'subscription');
      return {
        onSubscribeResult({ result }) {
          if (!isAsyncIterable(result)) {
            span.end(noteErrors(span, result));
            return undefined;
          }
          return {
            onEnd: () => {
              span.end(null);
            },
          };
        },
        onSubscribeError: () => {
          span.end('INTERNAL_SERVER_ERROR');
        },
      };
    },
  };
}

/** Notes the number of errors in an answer. Returns the code of the first, or null if there is none. */
function noteErrors(span: Span, { errors = [] }: ExecutionResult): string | null {
  const [first] = errors;
  if (first === undefined) return null;
  span.note({ 'tributary.errors': errors.length });
  const { code } = first.extensions;
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
}
