import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { TributaryError } from '../domain/errors.ts';
import { writeJson } from '../domain/json.ts';
import { createAssistantServer } from './server.ts';
import type { AssistantHost } from './server.ts';
import type { Federation } from '../federation/api.ts';

/** Error codes of JSON-RPC 2.0. */
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;

/**
 * Answers one message of an assistant (MCP over streamable HTTP). Stateless, without sessions or streams from the
 * server, so any replica can answer any message. `parse` gives a function that returns the message, in valid Unicode, or throws:
 * BAD_USER_INPUT, or that it is no JSON.
 */
export async function answerAssistant(
  federation: Federation,
  host: AssistantHost,
  parse: (body: Buffer) => Promise<() => unknown>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    refuse(response, 405, INVALID_REQUEST, 'Messages are sent with POST. There are no sessions and no streams.');
    return;
  }
  let message: unknown;
  try {
    // The answer repeats the id in valid Unicode and is matched with the request by it.
    message = (await parse(await buffer(request)))();
  } catch (error) {
    if (error instanceof TributaryError) refuse(response, 400, INVALID_REQUEST, error.message);
    else refuse(response, 400, PARSE_ERROR, 'The body is not valid JSON.');
    return;
  }
  // No batches, because limits of callers count one message per request.
  if (Array.isArray(message)) {
    refuse(response, 400, INVALID_REQUEST, 'One message at a time.');
    return;
  }
  const server = createAssistantServer(federation, host);
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  // Cancels a running tool when the client leaves.
  response.once('close', () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response, message);
}

function refuse(response: ServerResponse, status: number, code: number, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(writeJson({ jsonrpc: '2.0', error: { code, message }, id: null }));
}
