import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { requestIdOf } from './client/request-id.ts';
import { answerText } from './answer-text.ts';

/** Answers a request from any caller. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Runs a handler. If it fails, the error's name is logged and the client learns no details. */
export async function serve(
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
  logger: Logger | null,
): Promise<void> {
  try {
    await handler(request, response);
  } catch (error) {
    const requestId = requestIdOf(request);
    const name = error instanceof Error ? error.name : typeof error;
    logger?.error({ error: name, requestId }, 'a request could not be answered');
    if (!response.headersSent) answerText(response, 500, 'Unexpected error.\n');
    else response.destroy();
  }
}
