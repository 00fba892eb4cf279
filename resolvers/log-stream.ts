import { asError } from '../src/domain/errors.ts';
import { Budget } from '../src/domain/budget.ts';
import { anotherCall } from '../src/domain/call.ts';
import type { LogStreamEvent } from '../src/federation/api.ts';
import type { GraphContext } from './context.ts';
import { cleanAhead } from './log-entry.ts';
import { logFilter } from './log-arguments.ts';
import type { FilterInput } from './log-arguments.ts';
import { jobsOfIds } from './logs.ts';

export interface StreamArguments {
  readonly jobs: readonly string[];
  readonly after?: string | null | undefined;
  readonly tail?: number | null | undefined;
  readonly filter?: FilterInput | null | undefined;
}

/**
 * `Subscription.logEntries`. The stream ends at once when its consumer calls `return()`, even while it waits for the
 * next line: that aborts its own signal, and no pending `next()` is awaited.
 */
export function logEntries(
  _root: unknown,
  { jobs, after, tail, filter }: StreamArguments,
  context: GraphContext,
): AsyncIterableIterator<LogStreamEvent> {
  const refs = jobsOfIds(jobs);
  const begun = context.call;
  const ended = new AbortController();
  const call = anotherCall(begun, { signal: AbortSignal.any([begun.signal, ended.signal]), budget: new Budget(null) });
  const events = context.federation.tail(refs, { after, tail, filter: logFilter(filter) }, call);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const result = await events.next();
      if (result.done !== true && result.value.type === 'LogBatch')
        await cleanAhead(result.value.edges.map(({ node }) => node));
      // Each event is resolved with new loaders.
      context.call = anotherCall(begun, { budget: begun.budget.renewed() });
      return result;
    },
    return() {
      ended.abort();
      // Not awaited: a generator inside `next()` would only answer after the next line.
      events.return().catch(() => undefined);
      return Promise.resolve({ done: true, value: undefined });
    },
    throw(error: unknown) {
      ended.abort();
      events.return().catch(() => undefined);
      return Promise.reject(asError(error));
    },
  };
}
