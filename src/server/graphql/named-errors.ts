import { isAsyncIterable, mapAsyncIterator } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import type { ExecutionArgs, GraphQLError } from 'graphql';
import { mapInTurns } from '../../domain/fair-share.ts';
import type { AdmittedContext } from '../access/admit-operations.ts';
import type { Present } from './errors.ts';

/** More errors are presented in turns of the event loop. */
const MANY_ERRORS = 100;

/** An answer, an event of a stream, or one part of an answer in several parts. */
interface ErrorCarrier {
  readonly errors?: readonly GraphQLError[];
  readonly incremental?: readonly { readonly errors?: readonly GraphQLError[] }[];
}

/**
 * Presents the errors of an answer while their request is known: of a whole answer, of each part of a deferred one, and of each
 * event of a stream. Later steps recognize presented errors.
 */
export function namedErrors(present: Present): Plugin {
  /** Errors come before data, as from the executor. */
  function presented(answer: ErrorCarrier, requestId: string | null): ErrorCarrier {
    const { errors, ...rest } = answer;
    if (errors === undefined && rest.incremental === undefined) return answer;
    return {
      ...(errors && { errors: errors.map((error) => present(error, requestId)) }),
      ...rest,
      ...(rest.incremental && { incremental: rest.incremental.map((each) => presented(each, requestId)) }),
    };
  }

  /** Returns the same object if there are no errors. */
  function name<T extends object>(result: T, { contextValue }: ExecutionArgs): T {
    // Always the context made in graphql.ts.
    const { requestId = null } = contextValue as AdmittedContext;
    if (Array.isArray(result)) return result;
    const named = isAsyncIterable(result)
      ? mapAsyncIterator(result as AsyncIterable<ErrorCarrier>, (each) => presented(each, requestId))
      : presented(result, requestId);
    return named as unknown as T;
  }

  return {
    onExecute: ({ args }) => ({
      onExecuteDone({ result, setResult }) {
        const { errors = [], ...rest } = result as ErrorCarrier;
        if (errors.length <= MANY_ERRORS || Symbol.asyncIterator in result) {
          setResult(name(result, args));
          return undefined;
        }
        const { requestId = null } = args.contextValue as unknown as AdmittedContext;
        return mapInTurns(errors, (error) => present(error, requestId)).then((shown) => {
          setResult({ errors: shown, ...rest });
        });
      },
    }),
    onSubscribe: ({ args }) => ({
      onSubscribeResult({ result, setResult }) {
        setResult(name(result, args));
      },
      onSubscribeError({ error, setError }) {
        const { requestId = null } = args.contextValue as unknown as AdmittedContext;
        setError(present(error, requestId));
      },
    }),
  };
}
