import { isAsyncIterable } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { AdmittedContext } from '../access/admit-operations.ts';
import type { Present } from './errors.ts';

/**
 * Presents the errors of an answer while their request is known. Later steps recognize presented errors. Errors come before data,
 * as from the executor.
 */
export function namedErrors(present: Present): Plugin {
  return {
    onExecute({ args }) {
      const { requestId = null } = contextOf(args);
      return {
        onExecuteDone({ result, setResult }) {
          if (requestId === null || isAsyncIterable(result) || Array.isArray(result)) return;
          const { errors, ...rest } = result as ExecutionResult;
          if (errors !== undefined) setResult({ errors: errors.map((error) => present(error, requestId)), ...rest });
        },
      };
    },
  };
}

function contextOf({ contextValue }: ExecutionArgs): AdmittedContext {
  // Always the context made in graphql.ts.
  return contextValue as AdmittedContext;
}
