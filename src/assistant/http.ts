import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { validUnicode, writeJson } from '../domain/json.ts';
import { createAssistantServer } from './server.ts';
import type { NewCall } from './server.ts';
import type { Federation } from '../federation/api.ts';

/** Codes of JSON-RPC 2.0. */
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;

/**
 * Answers one message of an assistant (MCP over streamable HTTP). Nothing is remembered between messages, so any replica answers any
 * of them: there are no sessions, and no streams from here to there.
 */
export async function answerAssistant(
  federation: Federation,
  newCall: NewCall,
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
    // Its id comes back, and is looked for as it came in.
    message = validUnicode(await json(request));
  } catch {
    refuse(response, 400, PARSE_ERROR, 'The body is not valid JSON.');
    return;
  }
  // Each message is counted in the limits of its caller.
  if (Array.isArray(message)) {
    refuse(response, 400, INVALID_REQUEST, 'One message at a time.');
    return;
  }
  const server = createAssistantServer(federation, newCall);
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  // Ends the tool that is at work when the client leaves.
  response.once('close', () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response, message);
}

function refuse(response: ServerResponse, status: number, code: number, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(writeJson({ jsonrpc: '2.0', error: { code, message }, id: null }));
}
