import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Access } from './access/access.ts';
import { answerText } from './answer-text.ts';
import type { HeldBytes } from '../domain/held-bytes.ts';
import { limitBody, NO_ROOM } from './body-limit.ts';
import { nameOfCaller } from './client/callers.ts';
import { compress } from './compression.ts';
import { refuse } from './client/gate.ts';
import type { createGate, createIdentification } from './client/gate.ts';
import { allowOrigin, isAllowedPage } from './client/own-origin.ts';
import type { AllowedPages } from './client/own-origin.ts';

/** Answers a request for data from an admitted caller. */
export type DataHandler = (request: IncomingMessage, response: ServerResponse, access: Access) => void | Promise<void>;

interface DataGateOptions {
  readonly admit: ReturnType<typeof createGate>;
  readonly identify: ReturnType<typeof createIdentification>;
  readonly allowedPages: AllowedPages;
  /** The client's address. */
  readonly clientOf: (request: IncomingMessage) => string | null;
  readonly bodyBytes: number;
  /** The memory that requests take until they are answered. */
  readonly held: HeldBytes;
  /** True: answers are compressed for clients that accept it. */
  readonly compression: boolean;
  readonly logger: Logger | null;
}

type DataGate = (handler: DataHandler, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What is read of a body takes so many times as much memory: its bytes, its text and its values. */
const MEMORY_OF_BODY = 3;
/** A shorter body counts as nothing where its length is known. */
const SMALL_BODY_BYTES = 16 * 1024;

const STRANGE_PAGE = 'pages of this origin may not read answers';

/** The checks that every request for data passes. */
export function createDataGate(options: DataGateOptions): DataGate {
  const { admit, identify, allowedPages, clientOf, bodyBytes, held, compression, logger } = options;
  return async (handler, request, response) => {
    if (isStrangePreflight(request, allowedPages)) {
      const { origin } = request.headers;
      logger?.warn({ client: clientOf(request), origin: origin?.slice(0, 200) }, STRANGE_PAGE);
      answerText(response, 403, `${STRANGE_PAGE}: see server.allowedOrigins in the configuration.\n`);
      return;
    }
    const admitted = admit(request.headers, clientOf(request));
    if (typeof admitted !== 'function') {
      allowOrigin(request, response, allowedPages);
      refuse(response, admitted);
      return;
    }
    // One listener: each way of answering adds its own, and Node warns of more than ten.
    const ends = [admitted];
    response.once('close', () => {
      for (const end of ends) end();
    });
    if (request.method === 'OPTIONS') {
      allowOrigin(request, response, allowedPages);
      response.writeHead(204, { allow: 'GET, POST, OPTIONS' }).end();
      return;
    }
    // Nothing is read before the caller is known.
    let take = (_bytes: number): boolean => true;
    if (!limitBody(request, response, bodyBytes, (bytes) => take(bytes))) return;
    const identified = await identify(request.headers.authorization ?? null);
    if ('status' in identified) {
      allowOrigin(request, response, allowedPages);
      refuse(response, identified);
      return;
    }
    if (response.destroyed) {
      identified.end();
      return;
    }
    const share = held.share(nameOfCaller(identified.access.caller, clientOf(request)));
    ends.push(identified.end, share.free);
    take = (bytes) => share.take(MEMORY_OF_BODY * bytes);
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > SMALL_BODY_BYTES && !take(declared)) {
      allowOrigin(request, response, allowedPages);
      refuse(response, NO_ROOM);
      return;
    }
    if (compression) compress(request, response);
    await handler(request, response, identified.access);
  };
}

/** True for a preflight from a page that may not read answers. */
function isStrangePreflight(request: IncomingMessage, allowedPages: AllowedPages): boolean {
  return request.method === 'OPTIONS' && !isAllowedPage(request, allowedPages);
}
