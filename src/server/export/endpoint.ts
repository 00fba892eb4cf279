import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import type { GraphQLError } from 'graphql';
import { namedAs } from '../../domain/argument-names.ts';
import { Budget } from '../../domain/budget.ts';
import type { BudgetLimits } from '../../domain/budget.ts';
import { createCall } from '../../domain/call.ts';
import type { Asker, Call } from '../../domain/call.ts';
import type { QueryLimits } from '../../config/service-limits.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { HeldBytes } from '../../domain/held-bytes.ts';
import { processRoom } from '../../http/room/answer-room.ts';
import { writeLogs } from '../../export/write.ts';
import type { Federation } from '../../federation/api.ts';
import { codeOf } from '../graphql/errors.ts';
import type { Present } from '../graphql/errors.ts';
import { fileNameOf } from './name.ts';
import { questionOf, questionOfParameters } from './request.ts';
import type { ExportArguments } from './request.ts';
import { writeJson } from '../../domain/json.ts';
import { NO_SPAN } from '../../domain/span.ts';
import type { Span } from '../../domain/span.ts';
import { tracedFederation } from '../tracing/traced-federation.ts';
import { traceparentOf } from '../tracing/traceparent.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { Access } from '../access/access.ts';
import type { Audit } from '../access/audit.ts';
import { mayNot } from '../access/admit-operations.ts';
import { whenOver } from '../access/expiry.ts';
import { requestIdOf } from '../client/request-id.ts';
import { nameOfCaller } from '../client/callers.ts';
import { mostValues, parseForm, parseSent } from '../client/sent-values.ts';
import type { Parsed } from '../client/sent-values.ts';
import { cutOffWhenStalled } from '../client/stalled.ts';
import { allowOrigin, isAllowedPage } from '../client/own-origin.ts';
import type { AllowedPages } from '../client/own-origin.ts';

export interface ExportEndpointOptions {
  readonly audit: Audit | null;
  readonly tracing: Tracing | null;
  readonly clientOf: (request: IncomingMessage) => string | null;
  /** The budget of one page of an export, the same as for a query. */
  readonly limits: BudgetLimits & Pick<QueryLimits, 'measureOnly'>;
  readonly allowedPages: AllowedPages;
  /** Turns an error into the error that clients see, logs it if it is our fault, and counts it. */
  readonly present: Present;
  /** Aborted when the service stops: running exports end with the cursor to resume from. */
  readonly stopping: AbortSignal;
  readonly heartbeatMilliseconds: number;
  /** The memory that answers take until they are read. */
  readonly held: HeldBytes;
}

const STATUS: Readonly<Record<ErrorCode, number>> = {
  BAD_USER_INPUT: 400,
  CURSOR_INVALID: 400,
  NOT_FOUND: 404,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  SOURCE_UNAUTHENTICATED: 502,
  SOURCE_FORBIDDEN: 502,
  SOURCE_RATE_LIMITED: 503,
  SOURCE_TIMEOUT: 504,
  SOURCE_UNAVAILABLE: 502,
  SOURCE_BAD_RESPONSE: 502,
  SOURCE_TRUNCATED: 502,
  UPSTREAM_BUDGET_EXCEEDED: 503,
  QUERY_TOO_COMPLEX: 400,
  INTERNAL_SERVER_ERROR: 500,
};

/**
 * `GET` and `POST /export`: whole logs as a file. An error before the first line is answered in the format of GraphQL
 * errors.
 */
export function createExport(
  options: ExportEndpointOptions,
): (request: IncomingMessage, response: ServerResponse, access: Access) => Promise<void> {
  const { allowedPages, tracing } = options;

  return async (request, response, access) => {
    const requestId = requestIdOf(request);
    const present: Present = (error) => options.present(error, requestId);
    // Fields of the filter are plain parameters in an address or a form, but an object in a JSON body, as in the graph.
    const wording = isByParameters(request) ? (message: string) => namedAs(message, (name) => name) : undefined;
    allowOrigin(request, response, allowedPages);
    const span = tracing?.begin('export', {}, traceparentOf(request)) ?? NO_SPAN;
    try {
      if (!isAllowedPage(request, allowedPages))
        throw new TributaryError('FORBIDDEN', 'Pages of this origin may not export.');
      if (!access.allows('export')) throw mayNot('export');
      const question = await readQuestion(request, access.view('export'), mostValues(options.limits));
      // The client has left while its question was read, and `close` does not come again.
      if (response.closed) {
        span.end(null);
        return;
      }
      const client = options.clientOf(request);
      const journal = options.audit?.begin({ access, reading: 'export', name: null, client, requestId });
      if (journal !== undefined) response.once('close', journal.end);
      response.once('close', () => {
        span.end(null);
      });
      const asker = { caller: nameOfCaller(access.caller, client), requestId };
      const seen = journal?.watching(access.view('export')) ?? access.view('export');
      const federation = tracing === null ? seen : tracedFederation(seen);
      await send(question, { ...options, present, federation, asker, span, wording }, access, response);
    } catch (error) {
      // The client has left, or has already received the error.
      if (response.destroyed || response.headersSent) return;
      const shown = present(error);
      span.end(codeOf(shown));
      const status = options.stopping.aborted && codeOf(shown) === 'SOURCE_UNAVAILABLE' ? 503 : STATUS[codeOf(shown)];
      refuse(response, status, shown, wording?.(shown.message) ?? shown.message);
    }
  };
}

async function readQuestion(request: IncomingMessage, federation: Federation, most: number): Promise<ExportArguments> {
  const { method, url = '' } = request;
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  if (method === 'GET') return questionOfParameters(new URLSearchParams(query), federation);
  if (method !== 'POST') throw new TributaryError('BAD_USER_INPUT', 'An export is asked for with GET or POST.');
  if (query !== '') throw new TributaryError('BAD_USER_INPUT', 'A POST says everything in its body.');
  const body = await buffer(request);
  if (isByParameters(request)) return questionOfParameters(await parseForm(body.toString(), most), federation);
  if (mediaTypeOf(request) !== 'application/json') {
    throw new TributaryError(
      'BAD_USER_INPUT',
      'The body of a POST must be JSON or a form, and its Content-Type say so.',
    );
  }
  return questionOf(valueOf(await parseSent(body, most)), federation);
}

/** True if the request has its arguments in the address or in a form. */
function isByParameters(request: IncomingMessage): boolean {
  return request.method === 'GET' || mediaTypeOf(request) === 'application/x-www-form-urlencoded';
}

function mediaTypeOf({ headers }: IncomingMessage): string | undefined {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
}

function valueOf(parsed: Parsed): unknown {
  try {
    return parsed();
  } catch (error) {
    if (error instanceof TributaryError) throw error;
    throw new TributaryError('BAD_USER_INPUT', 'The body is not valid JSON.');
  }
}

interface SendOptions extends ExportEndpointOptions {
  readonly federation: Federation;
  /** The operation whose turns the export takes at sources. */
  readonly asker: Asker;
  readonly span: Span;
  readonly wording: ((message: string) => string) | undefined;
}

async function send(
  { jobs, request: asked, format }: ExportArguments,
  { federation, asker, span, limits, stopping, present, wording, heartbeatMilliseconds, held }: SendOptions,
  access: Access,
  response: ServerResponse,
): Promise<void> {
  const leaving = new AbortController();
  response.once('close', () => {
    leaving.abort();
    processRoom.end(asker);
  });
  const over = new AbortController();
  const forget = whenOver(access, (reason) => {
    over.abort(reason);
  });
  response.once('close', forget);
  const ending = AbortSignal.any([stopping, over.signal]);
  // Without the reason of `ending`, which sources would take for an answer.
  const givenUp = new AbortController();
  const giveUp = (): void => {
    givenUp.abort();
  };
  AbortSignal.any([leaving.signal, ending]).addEventListener('abort', giveUp, { once: true });
  if (ending.aborted) giveUp();
  const { signal } = givenUp;
  const { authorization } = access;
  const share = held.share(asker.caller);
  response.once('close', share.free);
  let budget = new Budget(limits.measureOnly ? null : limits, share);
  /** The client has read the page before. */
  function newCall(): Call {
    budget = budget.renewed();
    processRoom.end(asker);
    if (!leaving.signal.aborted) processRoom.begin(asker);
    return createCall({ signal, authorization, asker, span, priority: 'poll', budget });
  }
  const parts = writeLogs(federation, asked, format, {
    newCall,
    gone: leaving.signal,
    stopping: ending,
    onUnexpected: present,
    wording,
  });
  // Errors in the request surface with the first page.
  const first = await parts.next();
  processRoom.end(asker);
  if (leaving.signal.aborted) return;
  response.writeHead(200, {
    'content-type': format.mediaType,
    'content-disposition': `attachment; filename="${fileNameOf(jobs, format.extension)}"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // Asks proxies not to buffer the answer.
    'x-accel-buffering': 'no',
  });
  // The pipeline alone adds eight listeners.
  response.setMaxListeners(20);
  cutOffWhenStalled(response, heartbeatMilliseconds);
  async function* all(): AsyncGenerator<string, void, undefined> {
    if (first.done !== true) yield first.value;
    for await (const part of parts) {
      // The page has been read; its client may be slow.
      processRoom.end(asker);
      yield part;
    }
  }
  await pipeline(Readable.from(all(), { objectMode: false, highWaterMark: 0 }), response);
}

function refuse(response: ServerResponse, status: number, error: GraphQLError, message: string): void {
  const { retryAfterSeconds } = error.extensions;
  if (typeof retryAfterSeconds === 'number') response.setHeader('retry-after', Math.ceil(retryAfterSeconds));
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    .end(writeJson({ errors: [{ ...error.toJSON(), message }] }));
}
