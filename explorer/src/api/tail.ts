import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { TailDocument } from '../graphql/generated/graphql.ts';
import type { TailSubscription, TailSubscriptionVariables } from '../graphql/generated/graphql.ts';
import { authorization } from './credential.ts';
import { ApiError, GRAPHQL_URL, toApiError } from './request.ts';

export type TailEvent = TailSubscription['logEntries'];

let shared: Client | null = null;

/** One socket for all tails; it closes when the last one ends. It does not retry: each subscriber resumes by cursor. */
function client(): Client {
  const url = new URL(GRAPHQL_URL);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const connectionParams = (): Record<string, string> => {
    const sent = authorization();
    return sent === null ? {} : { authorization: sent };
  };
  return (shared ??= createClient({
    url: url.href,
    lazy: true,
    retryAttempts: 0,
    keepAlive: 15_000,
    connectionParams,
  }));
}

export interface TailSink {
  event(event: TailEvent): void;
  /** The stream is over: after its last event (null), or because of an error. Not called after `stop`. */
  over(error: ApiError | null): void;
}

/** Follows jobs. Returns a function that stops it. */
export function openTail(variables: TailSubscriptionVariables, sink: TailSink): () => void {
  let stopped = false;
  const finish = (error: ApiError | null): void => {
    if (stopped) return;
    stopped = true;
    sink.over(error);
  };
  const dispose = client().subscribe<TailSubscription>(
    { query: TailDocument.toString(), variables: { ...variables } },
    {
      next({ data, errors }) {
        if (stopped) return;
        const [error] = errors ?? [];
        if (error !== undefined) finish(toApiError({ message: error.message, extensions: { ...error.extensions } }));
        else if (data !== undefined && data !== null) sink.event(data.logEntries);
      },
      error(reason) {
        finish(describe(reason));
      },
      complete() {
        finish(null);
      },
    },
  );
  return () => {
    stopped = true;
    dispose();
  };
}

/** A list of GraphQL errors, or whatever made the socket fail. */
function describe(reason: unknown): ApiError {
  const first: unknown = Array.isArray(reason) ? reason[0] : null;
  if (typeof first === 'object' && first !== null && 'message' in first) {
    return toApiError({ ...first, message: String(first.message) });
  }
  return new ApiError('The connection broke off.', {}, reason);
}
