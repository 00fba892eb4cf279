import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { GraphContext } from '../../../resolvers/context.ts';
import { Budget } from '../../domain/budget.ts';
import { anotherCall } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import { whenAnswered } from '../graphql/when-answered.ts';
import type { QueryLimits } from '../../config/service-limits.ts';

/**
 * Gives each query a budget and a time limit, and each event of a subscription a budget without a time limit. When the
 * time is over, fields that are not yet resolved fail with UPSTREAM_BUDGET_EXCEEDED; the rest of the answer is kept.
 */
export function budgetOperations(limits: QueryLimits): Plugin {
  return {
    onExecute({ args }) {
      const end = limitTime(contextOf(args), limits);
      return { onExecuteDone: whenAnswered(end) };
    },
    onSubscribe({ args }) {
      const context = contextOf(args);
      context.call = anotherCall(context.call, { budget: new Budget(limits) });
    },
  };
}

function contextOf({ contextValue }: ExecutionArgs): GraphContext {
  // Always the context made by `createContext`.
  return contextValue as GraphContext;
}

/** Returns a function to call when the query is answered. */
function limitTime(context: GraphContext, limits: QueryLimits): () => void {
  const { signal } = context.call;
  const ending = new AbortController();
  const leave = (): void => {
    ending.abort(signal.reason);
  };
  const timer = setTimeout(() => {
    const seconds = limits.timeMilliseconds / 1_000;
    const message = `The query took longer than ${seconds} s. Ask for less, or for smaller pages.`;
    ending.abort(new TributaryError('UPSTREAM_BUDGET_EXCEEDED', message));
  }, limits.timeMilliseconds);
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  context.call = anotherCall(context.call, { signal: ending.signal, budget: new Budget(limits) });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  };
}
