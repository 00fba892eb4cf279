import type { ExecutionArgs, GraphQLError } from 'graphql';
import { mapAsyncIterator } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import type { GraphContext } from '../../../resolvers/context.ts';
import type { BudgetLimits } from '../../domain/budget.ts';
import { writeJson } from '../../domain/json.ts';
import { jsonInPieces, jsonInTurns } from './json-writer.ts';
import type { OutcomeContext } from './short-way/outcome.ts';

/** An answer with more bytes of text and attributes, or more rows, is written in pieces. */
const LARGE_BYTES = 512 * 1024;
const MANY_ROWS = 2_000;

/** Formats of answers in several events or parts. */
const EVENTS = /text\/event-stream|multipart\/mixed/i;

/**
 * Writes a large answer in pieces. Written at once, it would delay health checks and other requests. The status and
 * headers stay the same, except that `content-length` is missing. An event of a stream, or a part of a deferred answer, is sent
 * at once, but written in pieces before.
 */
export function largeAnswers(): Plugin {
  /** What the operations of a request have used. A request may have several. */
  const used = new WeakMap<Request, Size>();
  const streams = new WeakMap<Request, GraphContext>();
  const results = new WeakMap<Request, object>();
  return {
    onExecute({ args }) {
      const { request, call } = contextOf(args);
      if (request === undefined) return undefined;
      return {
        onExecuteDone({ result }) {
          if (Symbol.asyncIterator in result) streams.set(request, contextOf(args));
          else used.set(request, sum(call.budget.used, used.get(request)));
        },
      };
    },
    onSubscribe({ args }) {
      const { request } = contextOf(args);
      if (request !== undefined) streams.set(request, contextOf(args));
    },
    onParams({ request, context }) {
      if ((context as OutcomeContext).outcome?.isLarge === true) used.set(request, LARGE);
    },
    async onResultProcess(processing) {
      const { request, result } = processing;
      const stream = streams.get(request);
      if (Symbol.asyncIterator in result) {
        if (stream === undefined) return;
        const written = (event: WritableResult): WritableResult | Promise<WritableResult> =>
          isLarge(stream.call.budget.used) ? writtenAhead(event) : event;
        processing.setResult(mapAsyncIterator(result as AsyncIterable<WritableResult>, written) as typeof result);
        return;
      }
      if (!Array.isArray(result) && hasManyErrors(result as WritableResult)) {
        processing.setResult(
          (await writtenAhead(result as WritableResult, ['errors', ...LARGE_PARTS])) as typeof result,
        );
        return;
      }
      const size = used.get(request);
      if (size === undefined || !isLarge(size)) return;
      if (EVENTS.test(request.headers.get('accept') ?? '')) {
        if (!Array.isArray(result))
          processing.setResult((await writtenAhead(result as WritableResult)) as typeof result);
        return;
      }
      // Yoga calls `stringify` with the masked results, in their order.
      const all: object[] = [];
      const keep = (shown: object): string => {
        all.push({ ...shown, stringify: undefined });
        results.set(request, Array.isArray(result) ? all : shown);
        return '';
      };
      processing.setResult((Array.isArray(result) ? result.map(kept) : kept(result)) as typeof result);
      function kept(each: object): object {
        return { ...each, stringify: keep };
      }
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

/** The parts of a result that can be large. */
const LARGE_PARTS = ['data', 'incremental'] as const;

/** Yoga creates each error again before it writes it. */
const MANY_ERRORS = 100;

/** A result, or an event or a part of one, that may say how to write it. */
interface WritableResult {
  readonly errors?: readonly GraphQLError[] | undefined;
  readonly data?: unknown;
  readonly incremental?: unknown;
  readonly stringify?: unknown;
}

/** True if the answer has many errors and none that yoga reads a status from. */
function hasManyErrors({ errors = [], data }: WritableResult): boolean {
  const hasStatus = ({ extensions }: GraphQLError): boolean => extensions['http'] !== undefined;
  return errors.length > MANY_ERRORS && typeof data === 'object' && data !== null && !errors.some(hasStatus);
}

/** The answer with its large parts written, so that yoga only puts them together. */
async function writtenAhead(
  answer: WritableResult,
  names: readonly (keyof WritableResult)[] = LARGE_PARTS,
): Promise<WritableResult> {
  const parts = new Map<string, string>();
  for (const name of names) if (answer[name] !== undefined) parts.set(name, await jsonInTurns(answer[name]));
  const isAhead = parts.has('errors');
  const stringify = (shown: object): string => {
    const all = isAhead ? { errors: null, ...shown } : shown;
    const members = Object.entries(all).filter(([name, member]) => name !== 'stringify' && member !== undefined);
    return `{${members.map(([name, member]) => `${writeJson(name)}:${parts.get(name) ?? writeJson(member)}`).join()}}`;
  };
  const { errors, ...others } = answer;
  return { ...others, ...(isAhead || errors === undefined ? {} : { errors }), stringify };
}

type Size = Pick<BudgetLimits, 'answerBytes' | 'rows'>;

const LARGE: Size = { answerBytes: Infinity, rows: 0 };

/** True if an answer of that size should not be written at once. */
export function isLarge({ answerBytes, rows }: Size): boolean {
  return answerBytes > LARGE_BYTES || rows > MANY_ROWS;
}

function sum(one: Size, { answerBytes, rows }: Size = { answerBytes: 0, rows: 0 }): Size {
  return { answerBytes: one.answerBytes + answerBytes, rows: one.rows + rows };
}

/** An operation over a WebSocket has no request. */
type AnsweredContext = GraphContext & { readonly request?: Request };

function contextOf({ contextValue }: ExecutionArgs): AnsweredContext {
  // Always the context made by `createContext`, plus what yoga adds.
  return contextValue as AnsweredContext;
}

type Web = Pick<typeof globalThis, 'ReadableStream' | 'TextEncoder'>;

function bodyOf(result: object, web: Web): ReadableStream {
  const pieces = jsonInPieces(Array.isArray(result) ? result : { ...result, stringify: undefined });
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
