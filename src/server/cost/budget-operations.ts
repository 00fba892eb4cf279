import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { GraphContext } from '../../../resolvers/context.ts';
import { Budget } from '../../domain/budget.ts';
import { anotherCall } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import { whenAnswered } from '../graphql/when-answered.ts';
import type { QueryLimits } from '../../config/service-limits.ts';

/**
 * Gives each query what it may use and how long it may take, and each event of a subscription the same without a time. When the
 * time is over, what has not come yet fails with UPSTREAM_BUDGET_EXCEEDED, and the rest is still there.
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
  // Made by `createContext`: there is no other.
  return contextValue as GraphContext;
}

/** Returns what is to be done when the query has its answer. */
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
