import type { Call } from '../domain/call.ts';
import type { Json } from '../domain/json.ts';
import type { Decoder } from './body/decode.ts';
import type { Begin } from './policy/shared-stream.ts';
import type { StreamBounds } from './settings.ts';

/** One request to a source. `path` is joined to the source's base URL, whose own path it never leaves. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Segments, unencoded: the client encodes each one whole, so a slash or `..` in a name stays a name. */
  readonly path: readonly string[];
  /** For traces and metrics: the path with names in place of what is one job's or one account's, such as `/jobs/{job}/logs`. Left out: it is not shown. */
  readonly route?: string | undefined;
  /**
   * Query parameters, unencoded; undefined and null ones are left out. A `string` is a query that a
   * connector wrote and encoded itself (RQL), without the leading `?`.
   */
  readonly query?: Readonly<Record<string, string | number | boolean | null | undefined>> | string | undefined;
  /** Sent as JSON. */
  readonly body?: Json | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** May it be sent again after a failure? Default: true for GET, false for POST. A POST that only reads says true. */
  readonly idempotent?: boolean | undefined;
  /**
   * Nothing smaller can be asked for: the strings of an answer that is larger than `maxResponseBytes` are cut, and the reply
   * tells. Else it is refused with `AnswerTooLarge`. Default: false.
   */
  readonly cutsStrings?: boolean | undefined;
}

export interface HttpReply<T> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly data: T;
  /** To how many bytes strings were cut, because the answer was too large; null: it came as it is. */
  readonly cutTo: number | null;
}

/** HTTP to one source: authorised, limited, timed, decoded. Errors are `TributaryError`s that name the source. */
export interface SourceHttp {
  readonly source: string;
  /**
   * Asks and decodes. Identical GETs in flight with the same credential share one call, and within one
   * interactive call the latest answers are remembered: callers must not change them. `freshCall(call)` asks again.
   */
  json<T>(request: HttpRequest, decoder: Decoder<T>, call: Call): Promise<HttpReply<T>>;
  /**
   * Asks, and gives what `reader` finds in the answer while it arrives; resolves at its end. Rejects for an
   * answer that is not whole, also after items were given, and with whatever `begin` or its sink throws.
   * Not limited in size: none of them may keep it. An answer that breaks is asked for again, and starts over.
   *
   * Identical requests that may be repeated, in flight with the same credential, share one call and one
   * reading of its answer. A caller that asks after the first item is out gets a call of its own.
   */
  stream<T>(request: HttpRequest, reader: StreamReader<T>, begin: Begin<T>, call: Call): Promise<void>;
}

/**
 * Takes a body apart while it arrives and gives each item at once. Of `bounds`, those of values and keys are its to keep. Errors of the body and of `give` pass
 * through it as they are. Requests are identical only when they name the same reader: it is made once.
 */
export type StreamReader<T> = (
  body: AsyncIterable<Uint8Array>,
  give: (item: T) => void,
  source: string,
  bounds: StreamBounds,
) => Promise<void>;
