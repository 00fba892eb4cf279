import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { GraphContext } from '../../../resolvers/context.ts';
import type { BudgetLimits } from '../../domain/budget.ts';
import { jsonInPieces } from './json-writer.ts';
import type { OutcomeContext } from './short-way/outcome.ts';

/** An answer with more bytes of text and attributes, or more rows, is written in pieces. */
const LARGE_BYTES = 512 * 1024;
const MANY_ROWS = 2_000;

/** Formats of answers in several events or parts: each is written at once. */
const EVENTS = /text\/event-stream|multipart\/mixed/i;

/**
 * Writes a large answer in pieces. Written at once, it would delay health checks and other requests. The status and
 * headers stay the same, except that `content-length` is missing.
 */
export function largeAnswers(): Plugin {
  const large = new WeakSet<Request>();
  const results = new WeakMap<Request, object>();
  return {
    onExecute({ args }) {
      const { request, call } = contextOf(args);
      return {
        onExecuteDone() {
          if (request !== undefined && isLarge(call.budget.used)) large.add(request);
        },
      };
    },
    onParams({ request, context }) {
      if ((context as OutcomeContext).outcome?.isLarge === true) large.add(request);
    },
    onResultProcess(processing) {
      const { request, result } = processing;
      if (!large.has(request) || EVENTS.test(request.headers.get('accept') ?? '')) return;
      if (Array.isArray(result) || Symbol.asyncIterator in result) return;
      processing.setResult({
        ...result,
        // Yoga calls this with the masked result.
        stringify(shown) {
          results.set(request, shown);
          return '';
        },
      });
    },
    onResponse(answering) {
      const { request, response, fetchAPI } = answering;
      const result = results.get(request);
      if (result === undefined) return;
      const { status, statusText } = response;
      const headers = new fetchAPI.Headers(response.headers);
      headers.delete('content-length');
      answering.setResponse(new fetchAPI.Response(bodyOf(result, fetchAPI), { status, statusText, headers }));
    },
  };
}

/** True for an answer that is written in pieces. */
export function isLarge({ answerBytes, rows }: BudgetLimits): boolean {
  return answerBytes > LARGE_BYTES || rows > MANY_ROWS;
}

/** An operation over a WebSocket has no request. */
type AnsweredContext = GraphContext & { readonly request?: Request };

function contextOf({ contextValue }: ExecutionArgs): AnsweredContext {
  // Always the context made by `createContext`, plus what yoga adds.
  return contextValue as AnsweredContext;
}

type Web = Pick<typeof globalThis, 'ReadableStream' | 'TextEncoder'>;

function bodyOf(result: object, web: Web): ReadableStream {
  const pieces = jsonInPieces({ ...result, stringify: undefined });
  const encoder = new web.TextEncoder();
  return new web.ReadableStream({
    async pull(controller) {
      const { done, value } = pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
}
