import { processRoom } from '../http/room/answer-room.ts';
import type { IncomingMessage } from 'node:http';
import { Budget } from '../domain/budget.ts';
import type { BudgetLimits } from '../domain/budget.ts';
import type { QueryLimits } from '../config/service-limits.ts';
import { createCall } from '../domain/call.ts';
import type { HeldBytes } from '../domain/held-bytes.ts';
import { NO_SPAN } from '../domain/span.ts';
import { mayNot } from './access/admit-operations.ts';
import type { Audit } from './access/audit.ts';
import { whenOver } from './access/expiry.ts';
import { nameOfCaller } from './client/callers.ts';
import { mostValues, parseSent } from './client/sent-values.ts';
import { requestIdOf } from './client/request-id.ts';
import { codeOf } from './graphql/errors.ts';
import type { Present } from './graphql/errors.ts';
import { tracedFederation } from './tracing/traced-federation.ts';
import { traceparentOf } from './tracing/traceparent.ts';
import type { Tracing } from './tracing/tracing.ts';
import { denial, refuse } from './client/gate.ts';
import { allowOrigin, isAllowedPage } from './client/own-origin.ts';
import type { AllowedPages } from './client/own-origin.ts';
import type { DataHandler } from './data-gate.ts';
import { Denied } from './access/denied.ts';
import { SHUTTING_DOWN } from '../export/walk.ts';
import type { TributaryError } from '../domain/errors.ts';

interface AssistantOptions {
  readonly audit: Audit | null;
  readonly clientOf: (request: IncomingMessage) => string | null;
  /** The budget of one tool call, the same as for a query. */
  readonly limits: BudgetLimits & Pick<QueryLimits, 'measureOnly'>;
  readonly allowedPages: AllowedPages;
  /** Aborted when the service stops. */
  readonly stopping: AbortSignal;
  /** Aborted, with an error for assistants, when tools have had their time after that. */
  readonly timeIsUp: AbortSignal;
  /** Turns an error into the error that clients see, logs it if it is our fault, and counts it. */
  readonly present: Present;
  readonly tracing: Tracing | null;
  /** The memory that answers take until they are read. */
  readonly held: HeldBytes;
}

/** `POST /mcp`: tools for assistants. They read like queries and need the right to query. */
export function createAssistant(options: AssistantOptions): DataHandler {
  const { audit, clientOf, limits, allowedPages, stopping, timeIsUp, present, tracing } = options;
  return async (request, response, access) => {
    allowOrigin(request, response, allowedPages);
    if (!isAllowedPage(request, allowedPages)) {
      refuse(response, denial(new Denied(403, 'Pages of this origin may not ask.'), true));
      return;
    }
    if (!access.allows('query')) {
      refuse(response, denial(mayNot('query'), true));
      return;
    }
    const client = clientOf(request);
    const requestId = requestIdOf(request);
    const journal = audit?.begin({ access, reading: 'query', name: 'mcp', client, requestId });
    if (journal !== undefined) response.once('close', journal.end);
    const over = new AbortController();
    let whyGivenUp: TributaryError | null = null;
    const giveUp = (reason: TributaryError): void => {
      whyGivenUp = reason;
      // Without the reason, which sources would take for an answer.
      over.abort();
    };
    const forget = whenOver(access, giveUp);
    const stop = (): void => {
      giveUp(SHUTTING_DOWN);
    };
    timeIsUp.addEventListener('abort', stop, { once: true });
    response.once('close', () => {
      forget();
      timeIsUp.removeEventListener('abort', stop);
    });
    const seen = journal?.watching(access.view('query')) ?? access.view('query');
    const federation = tracing === null ? seen : tracedFederation(seen);
    const asker = { caller: nameOfCaller(access.caller, client), requestId };
    const held = options.held.share(asker.caller);
    response.once('close', held.free);
    processRoom.begin(asker);
    response.once('close', () => {
      processRoom.end(asker);
    });
    const { authorization } = access;
    // Loaded on demand: about a hundred modules that most services do not need.
    const { answerAssistant } = await import('../assistant/http.ts');
    await answerAssistant(
      federation,
      {
        newCall: (signal, span) =>
          createCall({
            signal: AbortSignal.any([signal, over.signal]),
            authorization,
            asker,
            span,
            budget: new Budget(limits.measureOnly ? null : limits, held),
          }),
        begin: (tool) => tracing?.begin('tool', { 'tributary.tool': tool }, traceparentOf(request)) ?? NO_SPAN,
        present(error) {
          const shown = present(error, requestId);
          return { code: codeOf(shown), message: shown.message };
        },
        stopping,
        whyGivenUp: () => whyGivenUp,
      },
      (body) => parseSent(body, mostValues(limits)),
      request,
      response,
    );
  };
}
