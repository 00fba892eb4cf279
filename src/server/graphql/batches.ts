import { GraphQLError } from 'graphql';
import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Access } from '../access/access.ts';
import type { Refusal } from '../client/callers.ts';
import { answerInOne } from './accept.ts';
import { withoutDeferred } from './deferred.ts';
import { badRequest } from './bad-request.ts';
import type { ErrorCode } from '../../domain/errors.ts';

/** Counts one more operation of a caller. Returns what ends it, or why it may not begin. */
export type BeginOperation = (client: string | null, access: Access) => (() => void) | Refusal;

interface ServerContext {
  readonly access: Access;
  readonly client: string | null;
}

/**
 * Takes several queries in one request, up to a limit, and answers them in their order. Each counts in the limits of its caller as if
 * it had come by itself.
 */
export function batches(limit: number, begin: BeginOperation): Plugin<object, ServerContext> {
  const underWay = new WeakMap<Request, (() => void)[]>();
  return {
    onRequestParse({ request, serverContext: { client, access } }) {
      return {
        onRequestParseDone({ requestParserResult: operations }) {
          if (!Array.isArray(operations)) return;
          if (operations.length === 0) throw badRequest('A list of operations has at least one.');
          if (operations.length > limit) throw badRequest(`At most ${limit} operations may come in one request.`);
          const ends: (() => void)[] = [];
          underWay.set(request, ends);
          answerInOne(request);
          // The request itself was counted as the first.
          for (let count = 1; count < operations.length; count += 1) {
            const begun = begin(client, access);
            if (typeof begun !== 'function') throw tooMany(begun);
            ends.push(begun);
          }
        },
      };
    },
    onExecute({ args }) {
      const { request } = args.contextValue as { readonly request?: Request };
      // The answers to a list come together.
      if (request !== undefined && underWay.has(request))
        args.document = withoutDeferred(args.document as DocumentNode);
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const { request } = args.contextValue as { readonly request?: Request };
      if (request === undefined || !underWay.has(request)) return;
      setResultAndStopExecution({ errors: [badRequest('A subscription has a request of its own.')] });
    },
    onResponse({ request }) {
      for (const end of underWay.get(request) ?? []) end();
    },
  };
}

function tooMany({ message, retryAfterSeconds }: Refusal): GraphQLError {
  const http = { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } };
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN' satisfies ErrorCode, retryAfterSeconds, http } });
}
