import { ERROR_CODES, TributaryError } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';

/** An error in an answer of the graph, partly checked. */
export interface AnswerError {
  readonly message: string;
  readonly locations?: unknown;
  readonly path?: unknown;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Converts an error of the graph to a `TributaryError`. An unknown code, perhaps of a later version, becomes
 * BAD_USER_INPUT.
 */
export function errorOf({ message, extensions = {} }: AnswerError): TributaryError {
  const { source } = extensions;
  return new TributaryError(codeOf(extensions['code']), message, {
    source: typeof source === 'string' ? source : undefined,
  });
}

function codeOf(code: unknown): ErrorCode {
  return ERROR_CODES.find((known) => known === code) ?? 'BAD_USER_INPUT';
}
