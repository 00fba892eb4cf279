import type { GraphQLError } from 'graphql';
import type { ExecutionResult } from 'graphql';
import type { FetchAPI, Plugin } from 'graphql-yoga';
import { badRequest } from '../graphql/bad-request.ts';
import { writeJson } from '../../domain/json.ts';
import { TributaryError } from '../../domain/errors.ts';

/**
 * Requests of common clients for features that this service lacks. The answers let clients fall back, or tell users
 * why.
 */

const BATCHED =
  'Several operations in one request are not supported: send one per request. (Apollo Client: HttpLink instead of BatchHttpLink.)';

const NOT_ACCEPTABLE =
  'The Accept header takes no media type that this operation can be answered in. Queries are answered as application/json or application/graphql-response+json; subscriptions as text/event-stream, or over a WebSocket at this address with the subprotocol graphql-transport-ws.';

const UNSUPPORTED_BODY = 'The body of a POST must be JSON, with Content-Type: application/json.';

/** `present` turns an error into the error that clients see. */
export function clientHabits(present: (error: unknown) => GraphQLError, takesBatches: boolean): Plugin {
  return {
    onRequestParse(parsing) {
      const { requestParser, fetchAPI, request } = parsing;
      if (requestParser === undefined) {
        // Yoga answers other methods.
        if (request.method === 'POST') parsing.endResponse(refusal(fetchAPI, 415, UNSUPPORTED_BODY, present));
        return undefined;
      }
      parsing.setRequestParser(async (body) => {
        try {
          return await requestParser(body);
        } catch (error) {
          throw error instanceof SyntaxError ? badRequest('"variables" or "extensions" is not valid JSON.') : error;
        }
      });
      return {
        onRequestParseDone({ requestParserResult }) {
          if (Array.isArray(requestParserResult) && !takesBatches) throw badRequest(BATCHED);
        },
      };
    },
    onResultProcess(processing) {
      const { resultProcessor, acceptableMediaTypes } = processing;
      if (resultProcessor !== undefined) return;
      processing.setResultProcessor((unwanted, fetchAPI) => {
        endStream(unwanted);
        return refusal(fetchAPI, 406, NOT_ACCEPTABLE, present, {
          accept: [...new Set(acceptableMediaTypes)].join(', '),
        });
      }, 'application/json');
    },
  };
}

/** Ends a stream that no client will read. */
function endStream(result: unknown): void {
  if (!isStream(result)) return;
  result.return?.().catch(() => undefined);
}

function isStream(result: unknown): result is AsyncIterator<ExecutionResult> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
}

function refusal(
  fetchAPI: Pick<FetchAPI, 'Response'>,
  status: number,
  message: string,
  present: (error: unknown) => GraphQLError,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const errors = [present(new TributaryError('BAD_USER_INPUT', message))];
  return new fetchAPI.Response(writeJson({ errors }), {
    status,
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
  });
}
