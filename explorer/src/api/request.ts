import { authorization, refuse } from './credential.ts';
import type { ErrorCode, TypedDocumentString } from '../graphql/generated/graphql.ts';

/** Beside the page, whatever path a reverse proxy puts before it. */
export const GRAPHQL_URL = new URL('graphql', document.baseURI);

/** An error of the graph, or a failure to reach it (`code` is null then). */
export class ApiError extends Error {
  readonly code: ErrorCode | null;
  readonly source: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(message: string, extensions: ErrorExtensions = {}, cause?: unknown) {
    super(message, { cause });
    this.code = extensions.code ?? null;
    this.source = extensions.source ?? null;
    this.retryAfterSeconds = extensions.retryAfterSeconds ?? null;
  }
}

interface ErrorExtensions {
  readonly code?: ErrorCode;
  readonly source?: string;
  readonly retryAfterSeconds?: number;
}

interface GraphError {
  readonly message: string;
  readonly extensions?: ErrorExtensions;
}

interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly GraphError[];
}

export interface Outcome<Result> {
  readonly data: Result;
  /** What is missing of it. */
  readonly errors: readonly ApiError[];
}

/** Asks the graph. Rejects with an `ApiError` when nothing came back, and with an `AbortError` when it was cancelled. */
export async function request<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Outcome<Result>> {
  const answer = await ask<Result>({ query: document.toString(), variables }, signal);
  const errors = (answer.errors ?? []).map(toApiError);
  if (answer.data === undefined || answer.data === null) {
    throw errors[0] ?? new ApiError('The service answered without data.');
  }
  return { data: answer.data, errors };
}

export function toApiError({ message, extensions }: GraphError): ApiError {
  return new ApiError(message, extensions);
}

async function ask<Result>(body: unknown, signal: AbortSignal | undefined): Promise<Answer<Result>> {
  let response: Response;
  const sent = authorization();
  try {
    response = await fetch(GRAPHQL_URL, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...(sent === null ? {} : { authorization: sent }),
      },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError('The service cannot be reached.', {}, error);
  }
  try {
    // The typed document says what its answer looks like, and the service validates against the same schema.
    const answer = (await response.json()) as Answer<Result>;
    if (response.status === 401) refuse(sent, answer.errors?.[0]?.message ?? 'The key or token is not known.');
    return answer;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(`The service answered with status ${response.status}.`, {}, error);
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('Something went wrong in this page.', {}, error);
}
