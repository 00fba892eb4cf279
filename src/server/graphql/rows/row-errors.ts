import type { ExecutionResult } from 'graphql';
import type { Call } from '../../../domain/call.ts';
import { failuresOf } from './make-rows.ts';
import { RowFailure } from './row-run.ts';

/** The result with the errors of rows, which the compiler does not know, at their own paths. */
export function withRowErrors(result: ExecutionResult, call: Call): ExecutionResult {
  const { errors = [] } = result;
  const failures = failuresOf(call);
  if (errors.length === 0 && failures.length === 0) return result;
  const placed = errors.map((error) =>
    error.originalError instanceof RowFailure ? error.originalError.located(error.path ?? []) : error,
  );
  const added = failures.map(({ failure, listPath }) => failure.located(listPath));
  return { ...result, errors: [...placed, ...added] };
}
