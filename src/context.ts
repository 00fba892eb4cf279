import type { GraphContext } from '../resolvers/context.ts';
import { createCall } from './domain/call.ts';
import type { Federation } from './federation/api.ts';

/** What is known of the request that an operation came with. */
export interface RequestFacts {
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** The caller's own `Authorization`, for sources configured with `forward: true`. */
  readonly authorization: string | null;
  /** The caller, by a unique name: callers take turns at sources. Left out: the operation stands for itself. */
  readonly caller?: string | null | undefined;
  /** The request's id in log lines. */
  readonly requestId?: string | undefined;
}

/** The context of one GraphQL operation. */
export function createContext(
  federation: Federation,
  { signal, authorization, caller = null, requestId }: RequestFacts,
): GraphContext {
  return { federation, call: createCall({ signal, authorization, asker: { caller, requestId } }) };
}
