import { ERROR_CODES, TributaryError } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';

/** An error of the graph, as far as it is known to be one. */
export interface AnswerError {
  readonly message: string;
  readonly locations?: unknown;
  readonly path?: unknown;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** An error of the graph as one of ours. A code that only a later version knows is what the caller got wrong, as for any client. */
export function errorOf({ message, extensions = {} }: AnswerError): TributaryError {
  const { source } = extensions;
  return new TributaryError(codeOf(extensions['code']), message, {
    source: typeof source === 'string' ? source : undefined,
  });
}

function codeOf(code: unknown): ErrorCode {
  return ERROR_CODES.find((known) => known === code) ?? 'BAD_USER_INPUT';
}
