import type { Call } from '../domain/call.ts';
import type { Json } from '../domain/json.ts';
import type { OpenKeptRows } from '../domain/kept-rows.ts';
import type { Decoder } from './body/decode.ts';
import type { Begin } from './policy/shared-stream.ts';
import type { StreamBounds } from './settings.ts';

/** One request to a source. `path` is appended to the base URL and cannot leave the base URL's path. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Unencoded segments. The client encodes each segment as a whole, so a slash in a name stays part of the name. */
  readonly path: readonly string[];
  /**
   * The path for traces and metrics, with placeholders for ids of jobs and accounts: `/jobs/{job}/logs`. Undefined: no
   * path is shown.
   */
  readonly route?: string | undefined;
  /**
   * Unencoded query parameters; undefined and null values are omitted. A `string` is a query that a connector wrote and
   * encoded itself (RQL), without the leading `?`.
   */
  readonly query?: Readonly<Record<string, string | number | boolean | null | undefined>> | string | undefined;
  /** Sent as JSON. */
  readonly body?: Json | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * True if the request may be sent again after a failure. Default: true for GET, false for POST. Set it for a POST
   * that only reads.
   */
  readonly idempotent?: boolean | undefined;
  /**
   * For requests that cannot ask for less: strings of an answer over `maxResponseBytes` are cut, and `HttpReply.cutTo`
   * reports it. Otherwise such an answer is refused with `AnswerTooLarge`. Default: false.
   */
  readonly cutsStrings?: boolean | undefined;
  /**
   * Hosts that the source may redirect a GET to: `logs.example.com`, `*.example.com` for all below it, `*` for any. One redirect is
   * followed, over https (over http only where the source itself is asked over http), without the credentials and the other headers of
   * the request. The bounds on time and size are those of any request. Default: none; a redirect is an error.
   */
  readonly redirectsTo?: readonly string[] | undefined;
}

export interface HttpReply<T> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly data: T;
  /** The least byte length that strings were cut to because the answer, or a row of it, was too large. Null: nothing was cut. */
  readonly cutTo: number | null;
}

/**
 * The HTTP client of one source: it authorises, limits, times and decodes. Errors are `TributaryError`s that name the
 * source.
 */
export interface SourceHttp {
  readonly source: string;
  /**
   * Sends a request and decodes the answer. Identical idempotent requests in flight with the same credential share one
   * call, and one interactive call remembers its latest answers; callers must not change them. `freshCall(call)` sends
   * again.
   */
  json<T>(request: HttpRequest, decoder: Decoder<T>, call: Call): Promise<HttpReply<T>>;
  /**
   * Sends a request and passes each item that `reader` finds to the sink while the answer arrives. Resolves at the end
   * of the answer. Rejects if the answer is incomplete, even after items were passed, and with any error that `begin`
   * or its sink throws. An answer can be far larger than `maxResponseBytes`, so a reader or a sink must not keep all of
   * it. If an answer breaks, the request is repeated and the items start over.
   *
   * Identical idempotent requests in flight with the same credential share one call and one reading of its answer. A
   * caller that arrives after the first item was passed on starts a separate call.
   */
  stream<T>(request: HttpRequest, reader: StreamReader<T>, begin: Begin<T>, call: Call): Promise<void>;
  /** Accounts for the rows that one reader of streams keeps, answer by answer, in the memory for large answers. */
  keeping(call: Call): OpenKeptRows;
}

/**
 * Parses a body while it arrives and gives each item at once. It enforces the bounds on values and keys in `bounds`. It tells `hold` how
 * many bytes it keeps whenever that changes much, and waits for its promise.
 * Errors of the body and of `give` pass through unchanged. Requests count as identical only if they use the same reader
 * object, so create each reader once.
 */
export type StreamReader<T> = (
  body: AsyncIterable<Uint8Array>,
  give: (item: T) => void,
  source: string,
  bounds: StreamBounds,
  hold: (bytes: number) => Promise<void> | null,
) => Promise<void>;
