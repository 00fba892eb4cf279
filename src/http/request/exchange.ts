import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { LimitSettings } from '../settings.ts';
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
  /** Decompressed. */
  readonly body: Readable;
  readonly deadline: Deadline;
  /** Classifies an error that was raised while reading the body. */
  explain(error: unknown): Error;
}

/**
 * Sends one request and waits for the answer's headers. The reader of the body ends the deadline.
 * Rejects with an `AttemptFailure`, or with the reason of the cancellation.
 */
export async function exchange(
  wire: Wire,
  { method, path, headers: sent, body: content }: WireRequest,
  cancellation: Cancellation,
): Promise<Exchange> {
  if (cancellation.aborted) throw cancellation.reason;
  const deadline = startDeadline(cancellation, wire.limits.timeoutMilliseconds);
  const explain = (error: unknown, answered: boolean): Error =>
    connectionFailure(error, { ...wire, deadline, cancellation, answered });
  try {
    const { statusCode, headers, body } = await wire.dispatcher.request({
      method,
      path,
      headers: sent,
      body: content,
      origin: wire.origin,
      signal: deadline.signal,
      headersTimeout: wire.limits.timeoutMilliseconds,
      bodyTimeout: wire.limits.timeoutMilliseconds,
    });
    return {
      status: statusCode,
      headers,
      body: decompressed(body, headers['content-encoding']),
      deadline,
      explain: (error) => explain(error, true),
    };
  } catch (error) {
    deadline.end();
    throw explain(error, false);
  }
}
