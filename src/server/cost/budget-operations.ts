import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { AdmittedContext } from '../access/admit-operations.ts';
import { Budget } from '../../domain/budget.ts';
import type { BudgetLimits } from '../../domain/budget.ts';
import { anotherCall } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import { processRoom } from '../../http/room/answer-room.ts';
import { whenAnswered } from '../graphql/when-answered.ts';
import type { QueryLimits } from '../../config/service-limits.ts';

/**
 * Gives each query a budget and a time limit, and each event of a subscription a budget without a time limit. When the
 * time is over, fields that are not yet resolved fail with UPSTREAM_BUDGET_EXCEEDED; the rest of the answer is kept.
 * With `limits.measureOnly`, only the time limit is enforced; a query that exceeds its budget is logged. When `timeIsUp` is
 * aborted, such fields fail with its reason.
 */
export function budgetOperations(limits: QueryLimits, logger: Logger | null, timeIsUp: AbortSignal): Plugin {
  const underWay = new Set<AbortController>();
  timeIsUp.addEventListener('abort', () => {
    for (const each of underWay) each.abort(timeIsUp.reason);
  });
  /** Returns the controller that ends a query's work early. */
  function begin(): AbortController {
    const ending = new AbortController();
    if (timeIsUp.aborted) ending.abort(timeIsUp.reason);
    else underWay.add(ending);
    return ending;
  }
  return {
    onExecute({ args }) {
      const context = contextOf(args);
      const ending = begin();
      const end = limitTime(context, limits, ending);
      const { budget } = context.call;
      return {
        onExecuteDone: whenAnswered(() => {
          end();
          underWay.delete(ending);
          if (!limits.measureOnly || !isOver(budget.used, limits)) return;
          logger?.warn(
            { requestId: context.requestId, used: budget.used },
            'an operation was over a limit that is only measured',
          );
        }),
      };
    },
    onSubscribe({ args }) {
      const context = contextOf(args);
      context.call = anotherCall(context.call, { budget: budgetOf(context, limits) });
    },
  };
}

function isOver(used: BudgetLimits, limits: BudgetLimits): boolean {
  return MEASURED.some((key) => used[key] > limits[key]);
}

const MEASURED = ['calls', 'rows', 'vendorBytes', 'answerBytes'] as const;

function contextOf({ contextValue }: ExecutionArgs): AdmittedContext {
  // Always the context made by `createContext`.
  return contextValue as AdmittedContext;
}

function budgetOf({ held }: AdmittedContext, limits: QueryLimits): Budget {
  return new Budget(limits.measureOnly ? null : limits, held ?? null);
}

/** Returns a function to call when the query is answered. Until then it holds the large answers of sources that it gets. */
function limitTime(context: AdmittedContext, limits: QueryLimits, ending: AbortController): () => void {
  const { signal, asker } = context.call;
  const leave = (): void => {
    ending.abort(signal.reason);
    processRoom.end(asker);
  };
  processRoom.begin(asker);
  const timer = setTimeout(() => {
    const seconds = limits.timeMilliseconds / 1_000;
    const message = `The query took longer than ${seconds} s. Ask for less, or for smaller pages.`;
    ending.abort(new TributaryError('UPSTREAM_BUDGET_EXCEEDED', message));
  }, limits.timeMilliseconds);
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  context.call = anotherCall(context.call, {
    signal: ending.signal,
    budget: budgetOf(context, limits),
  });
  return () => {
    processRoom.end(asker);
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  };
}
