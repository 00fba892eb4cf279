import { errors } from 'undici';
import type { Dispatcher } from 'undici';
import type { LimitSettings } from '../settings.ts';
import { ArrivingBody } from '../body/answer-body.ts';
import type { AnswerBody } from '../body/answer-body.ts';
import { inUtf8 } from '../body/charset.ts';
import { decompressed } from '../body/decompression.ts';
import { connectionFailure } from '../policy/connection-failure.ts';
import type { Cancellation } from './abort.ts';
import { startDeadline } from './deadline.ts';
import type { Deadline } from './deadline.ts';

/** A connection to one endpoint: the source itself, or its token endpoint. */
export interface Wire {
  readonly source: string;
  /** The endpoint's name in messages. */
  readonly label: string;
  readonly origin: string;
  readonly dispatcher: Dispatcher;
  /** True if a proxy may be what answers. */
  readonly hasProxy: boolean;
  readonly limits: LimitSettings;
  /** Called after each request to a token endpoint. */
  readonly onTokenRequest?: TokenListener | undefined;
}

export type TokenListener = (status: number | null, milliseconds: number, error: unknown) => void;

/** A request as it goes over the wire: raw path with query, header names in lower case. */
export interface WireRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Hosts that the source may redirect this request to: see `HttpRequest.redirectsTo`. */
  readonly redirectsTo?: readonly string[] | undefined;
}

/** An answer whose headers have arrived; its body is still on the way. */
export interface Exchange {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Decompressed, and in UTF-8. */
  readonly body: AnswerBody;
  readonly deadline: Deadline;
  /** Classifies an error that was raised while reading the body. */
  explain(error: unknown): Error;
}

/**
 * Sends one request and waits for the answer's headers. The reader of the body ends the deadline.
 * Rejects with an `AttemptFailure`, or with the reason of the cancellation.
 */
export async function exchange(wire: Wire, request: WireRequest, cancellation: Cancellation): Promise<Exchange> {
  if (cancellation.aborted) throw cancellation.reason;
  const answering = new Answering();
  const deadline = startDeadline(cancellation, wire.limits.timeoutMilliseconds, () => {
    answering.abort();
  });
  const explain = (error: unknown, answered: boolean): Error =>
    connectionFailure(error, { ...wire, deadline, cancellation, answered });
  try {
    const { status, headers, body } = await answering.to(wire, request);
    return {
      status,
      headers,
      body: inUtf8(decompressed(body, headers['content-encoding']), headers['content-type']),
      deadline,
      explain: (error) => explain(error, true),
    };
  } catch (error) {
    deadline.end();
    throw explain(error, false);
  }
}

interface ArrivingAnswer {
  readonly status: number;
  readonly headers: Exchange['headers'];
  readonly body: ArrivingBody;
}

/**
 * One request and its answer as undici's dispatcher tells of it. Undici's own `request` makes a stream for each body,
 * which costs more than the rest of a small answer.
 */
class Answering implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | null = null;
  #body: ArrivingBody | null = null;
  #reason: Error | null = null;
  #resolve: ((answer: ArrivingAnswer) => void) | null = null;
  #reject: ((error: unknown) => void) | null = null;

  /** Sends the request and waits for the headers of the answer. */
  to({ origin, limits, dispatcher }: Wire, { method, path, headers, body }: WireRequest): Promise<ArrivingAnswer> {
    const { timeoutMilliseconds } = limits;
    const timeouts = { headersTimeout: timeoutMilliseconds, bodyTimeout: timeoutMilliseconds };
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      dispatcher.dispatch({ origin, method, path, headers, body, ...timeouts }, this);
    });
  }

  /** Ends the request, or the reading of its answer, wherever it is. */
  abort(): void {
    this.#reason ??= new errors.RequestAbortedError();
    this.#controller?.abort(this.#reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#reason !== null) controller.abort(this.#reason);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Exchange['headers']): void {
    // An answer may be announced by others, such as 103, which have no body.
    if (status < 200) return;
    this.#body = new ArrivingBody(controller);
    this.#resolve?.({ status, headers, body: this.#body });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body?.push(chunk);
  }

  onResponseEnd(): void {
    this.#body?.complete();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#body === null) this.#reject?.(error);
    else this.#body.fail(error);
  }
}
