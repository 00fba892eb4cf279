import { GraphQLError } from 'graphql';
import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Access } from '../access/access.ts';
import type { Refusal } from '../client/callers.ts';
import { answerInOne } from './accept.ts';
import { withoutDeferred } from './deferred.ts';
import { badRequest } from './bad-request.ts';
import type { ErrorCode } from '../../domain/errors.ts';

/** Counts one more operation of a caller. Returns a function that ends it, or a refusal. */
export type BeginOperation = (client: string | null, access: Access) => (() => void) | Refusal;

interface ServerContext {
  readonly access: Access;
  readonly client: string | null;
}

/**
 * Accepts up to `limit` queries in one request and answers them in order. Each counts toward its caller's limits like a
 * separate request.
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
          // The request itself already counted as the first operation.
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
      // Answers to a list are sent together, so nothing can be deferred.
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
