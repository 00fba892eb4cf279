import type { Call } from '../../domain/call.ts';
import { AnswerTooLarge, hasStatus } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Decoder } from '../../http/body/decode.ts';
import type { HttpReply, SourceHttp } from '../../http/client.ts';
import { filledObject, filledPath, filledText } from './description/templates.ts';
import type { Variables } from './description/templates.ts';

/** A call as the configuration describes it. */
export interface Endpoint {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly query: Readonly<Record<string, string | number | boolean>>;
  readonly body?: JsonObject | undefined;
}

/** Parameters of paging, order and filters. Parameters without a name or a value are not sent. */
export type Parameters = readonly (readonly [name: string | undefined, value: string | number | null | undefined])[];

export interface Question {
  readonly variables: Variables;
  readonly parameters: Parameters;
  /** True if the request cannot ask for less: see `HttpRequest.cutsStrings`. */
  readonly cutsStrings?: boolean | undefined;
}

/** Makes a call. Parameters go into the body if the call has one, otherwise into the query. */
export function ask<T>(
  http: SourceHttp,
  endpoint: Endpoint,
  { variables, parameters, cutsStrings }: Question,
  decoder: Decoder<T>,
  call: Call,
): Promise<HttpReply<T>> {
  const { method, body } = endpoint;
  const query = Object.entries(endpoint.query).map(([name, value]) => [
    name,
    typeof value === 'string' ? filledText(value, variables) : value,
  ]);
  const sent = parameters.flatMap(([name, value]) =>
    name === undefined || value === undefined || value === null ? [] : [[name, value] as const],
  );
  const request = {
    method,
    path: filledPath(endpoint.path, variables),
    // The path from the description, which contains no job's id.
    route: endpoint.path,
    query: Object.fromEntries(body === undefined ? [...query, ...sent] : query) as Record<
      string,
      string | number | boolean
    >,
    ...(body === undefined ? {} : { body: { ...filledObject(body, variables), ...Object.fromEntries(sent) } }),
    idempotent: true,
    cutsStrings,
  };
  return http.json(request, decoder, call);
}

/** True if the source has no such page: after the end, or for a token that it refuses. */
export function isRefusal(error: unknown): boolean {
  return hasStatus(error, 400, 404, 410, 416, 422);
}

/**
 * Fetches a page. Some sources refuse pages after the end: if the first page is still answered, the result is
 * `nothing`.
 */
export async function pageOrEnd<P>(isFirst: boolean, fetch: (first: boolean) => Promise<P>, nothing: P): Promise<P> {
  try {
    return await fetch(isFirst);
  } catch (error) {
    if (isFirst || !isRefusal(error)) throw error;
    try {
      await fetch(true);
    } catch (first) {
      // The first page is answered, but is too large.
      if (!(first instanceof AnswerTooLarge)) throw first;
    }
    return nothing;
  }
}
