import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ExecutionResult } from 'graphql';
import type { QueryLimits } from '../../config/service-limits.ts';
import type { HeldBytes } from '../../domain/held-bytes.ts';
import { writeJson } from '../../domain/json.ts';
import type { DataHandler } from '../data-gate.ts';
import { nameOfCaller } from '../client/callers.ts';
import { requestIdOf } from '../client/request-id.ts';
import { mostValues, parseSent } from '../client/sent-values.ts';
import { cutOffWhenStalled } from '../client/stalled.ts';
import type { GraphqlServer, TransportContext } from './graphql.ts';
import { askedIn, ordinaryType } from './short-way/ordinary.ts';
import type { AnswerType } from './short-way/ordinary.ts';
import type { ExecutionOutcome } from './short-way/outcome.ts';
import { runShort } from './short-way/short-way.ts';

interface EndpointOptions {
  readonly graphql: Pick<GraphqlServer, 'yogaFor' | 'documentOf'>;
  readonly clientOf: (request: IncomingMessage) => string | null;
  readonly limits: Pick<QueryLimits, 'calls'>;
  /** True: pages of other origins may read answers, so answers to them have more headers. */
  readonly hasOrigins: boolean;
  /** False: every request takes the general way. */
  readonly shortWay: boolean;
  /** The memory that answers take until they are read. */
  readonly held: HeldBytes;
  /** A client that reads nothing for ten of these is cut off. */
  readonly heartbeatMilliseconds: number;
}

/**
 * GraphQL over HTTP. An ordinary query is read, executed and written here, without the Fetch request and response that yoga makes of
 * others. Anything else takes yoga's general way, also what comes of an ordinary query if that is not just data: so each kind of answer
 * is made in one place.
 */
export function createEndpoint(options: EndpointOptions): DataHandler {
  const { graphql, clientOf, hasOrigins, heartbeatMilliseconds } = options;

  return async (request, response, access) => {
    const yoga = graphql.yogaFor(access);
    const client = clientOf(request);
    const held = options.held.share(nameOfCaller(access.caller, client));
    response.once('close', held.free);
    const transport = { access, client, requestId: requestIdOf(request), held };
    const isShort = options.shortWay && !(hasOrigins && request.headers.origin !== undefined);
    const type = isShort ? ordinaryType(request) : null;
    if (type === null) {
      cutOffWhenStalled(response, heartbeatMilliseconds);
      return yoga.handle(request, response, transport);
    }
    const signal = leavingSignal(response);
    const body = await bodyOf(request);
    // The client has left.
    if (body === null) return;
    const parsed = await parseSent(body, mostValues(options.limits));
    const asked = askedIn(parsed);
    const outcome =
      asked === null ? null : await runShort(yoga, graphql.documentOf, asked, ofRequest(transport, request, signal));
    const data = outcome === null ? null : dataOf(outcome);
    if (data !== null) {
      send(response, type, data);
      if (response.writableLength > 0) cutOffWhenStalled(response, heartbeatMilliseconds);
      return;
    }
    cutOffWhenStalled(response, heartbeatMilliseconds);
    await yoga.handle(withBody(request, body), response, {
      ...transport,
      parsed,
      ...(outcome === null ? {} : { outcome }),
    });
  };
}

function ofRequest(transport: TransportContext, { headers }: IncomingMessage, signal: AbortSignal): TransportContext {
  const { traceparent } = headers;
  return { ...transport, signal, traceparent: typeof traceparent === 'string' ? traceparent : null };
}

/** A signal that is aborted when the client leaves before it has the whole answer. */
function leavingSignal(response: ServerResponse): AbortSignal {
  const leaving = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) leaving.abort();
  });
  return leaving.signal;
}

/** The whole body, whose length is limited by `limitBody`. Null: the client has left before its end. */
function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
    });
    request.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    request.once('close', () => {
      resolve(null);
    });
  });
}

/** The request with a body that can be read again. */
function withBody(request: IncomingMessage, body: Buffer): IncomingMessage {
  return Object.assign(request, { body: Readable.from([body]) });
}

/** The result if it is nothing but data and written at once, otherwise null. */
function dataOf({ isLarge, give }: ExecutionOutcome): ExecutionResult | null {
  if (isLarge) return null;
  try {
    const result = give();
    return result.errors === undefined && result.extensions === undefined ? result : null;
  } catch {
    // The general way reports the error.
    return null;
  }
}

function send(response: ServerResponse, type: AnswerType, data: ExecutionResult): void {
  if (response.destroyed) return;
  const text = writeJson(data);
  response.writeHead(200, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
