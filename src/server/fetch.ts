import { STRANGE_HOST } from './client/allowed-hosts.ts';
import type { HeldBytes } from '../domain/held-bytes.ts';
import { nameOfCaller } from './client/callers.ts';
import { REQUEST_ID_HEADER, requestIdFrom } from './client/request-id.ts';
import { compressed } from './compression.ts';
import type { GraphqlServer } from './graphql/graphql.ts';
import { refused } from './client/gate.ts';
import type { createIdentification, RefusedRequest } from './client/gate.ts';

/** Facts that the host knows about a request and that the request does not contain. */
export interface FetchFacts {
  /** The client's address, for limits per caller. Undefined: this request is not counted by address. */
  readonly address?: string | undefined;
  /**
   * True: compress the answer here. Default: false, because most hosts compress. Use it only if the host passes
   * `content-encoding` on, which Next does not.
   */
  readonly compress?: boolean | undefined;
}

interface FetchOptions {
  readonly yogaFor: GraphqlServer['yogaFor'];
  readonly admit: (headers: Record<string, string>, caller: string | null) => (() => void) | RefusedRequest;
  readonly identify: ReturnType<typeof createIdentification>;
  readonly bodyBytes: number;
  /** The memory that answers take until they are read. */
  readonly held: HeldBytes;
  readonly isAllowedHost: (host: string) => boolean;
}

/**
 * GraphQL over HTTP and server-sent events for hosts that use the Fetch API. The same limits apply as on our own port.
 * The host does the routing, so every path is the graph's.
 */
export function createFetch({ yogaFor, admit, identify, bodyBytes, held, isAllowedHost }: FetchOptions) {
  return async function answer(request: Request, facts: FetchFacts = {}): Promise<Response> {
    const requestId = requestIdFrom(request.headers.get(REQUEST_ID_HEADER) ?? undefined);
    const response = await answerNamed(request, requestId, facts);
    response.headers.set(REQUEST_ID_HEADER, requestId);
    return response;
  };

  async function answerNamed(
    request: Request,
    requestId: string,
    { address, compress = false }: FetchFacts,
  ): Promise<Response> {
    const url = new URL(request.url);
    const headers: Record<string, string> & { readonly host: string } = {
      host: url.host,
      ...Object.fromEntries(request.headers),
    };
    if (!isAllowedHost(headers.host)) return toResponse(refused(421, 'FORBIDDEN', STRANGE_HOST));
    const admitted = admit(headers, address ?? null);
    if (typeof admitted !== 'function') return toResponse(admitted);
    let end = admitted;
    try {
      const identified = await identify(headers['authorization'] ?? null);
      if ('status' in identified) {
        end();
        return toResponse(identified);
      }
      const { access } = identified;
      const share = held.share(nameOfCaller(access.caller, address ?? null));
      end = () => {
        share.free();
        admitted();
        identified.end();
      };
      const body = await readBody(request, bodyBytes);
      if (body === null) {
        end();
        const message = `The request's body is over the limit of ${bodyBytes} bytes.`;
        return toResponse(refused(413, 'BAD_USER_INPUT', message));
      }
      const { method, signal } = request;
      // Not each host cancels the answer of a client that has left.
      signal.addEventListener('abort', end, { once: true });
      url.pathname = '/graphql';
      const init = { method, headers, signal, ...(body.length > 0 ? { body } : {}) };
      const answered = await yogaFor(access).fetch(url, init, {
        access,
        client: address ?? null,
        requestId,
        held: share,
      });
      const passed = passOn(answered, end);
      return compress ? compressed(passed, request.headers.get('accept-encoding')) : passed;
    } catch (error) {
      end();
      throw error;
    }
  }
}

function toResponse({ status, headers, body }: RefusedRequest): Response {
  return new Response(body, { status, headers: { ...headers } });
}

/** Reads the body. Null: it exceeds the limit, and the rest is not read. */
async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return null;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Converts to the runtime's own `Response`, which hosts check for, and streams the body. Calls `end` when the body is
 * over.
 */
function passOn({ status, statusText, headers, body }: Response, end: () => void): Response {
  const init = { status, statusText, headers: [...headers] };
  if (body === null) {
    end();
    return new Response(null, init);
  }
  const reader = body.getReader();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          controller.enqueue(value);
          return;
        }
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      end();
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  });
  return new Response(stream, init);
}
