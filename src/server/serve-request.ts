import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { requestIdOf } from './client/request-id.ts';
import { answerText } from './answer-text.ts';

/** Answers a request, whoever sent it. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Has a request answered. A handler that fails is logged, and nothing of why is told. */
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
