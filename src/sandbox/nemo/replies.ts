import type { SandboxReply } from '../types.ts';

/** An error body is always `{"detail": string | list}`. */
export function failure(status: number, detail: unknown): SandboxReply {
  return { status, body: { detail } };
}

/** The web framework's answer for an unknown path. */
export const ROUTE_ABSENT: SandboxReply = failure(404, 'Not Found');

/** The jobs service's answer to any failure between it and the log store. */
export const LOG_QUERY_FAILED: SandboxReply = failure(500, 'Failed to query job logs');

/** The framework's answer to an invalid query parameter. */
export function invalidParameter(
  name: string,
  type: string,
  message: string,
  input: string,
  context?: Readonly<Record<string, unknown>>,
): SandboxReply {
  const issue = { type, loc: ['query', name], msg: message, input };
  return failure(422, [context === undefined ? issue : { ...issue, ctx: context }]);
}

/** Parses a whole number from the query, or returns the refusal. */
export function integerParameter(
  query: URLSearchParams,
  name: string,
  bounds: { readonly fallback: number; readonly above: number; readonly most?: number | undefined },
): number | SandboxReply {
  const text = query.get(name);
  if (text === null) return bounds.fallback;
  if (!/^\s*[+-]?\d+\s*$/.test(text)) {
    const message = 'Input should be a valid integer, unable to parse string as an integer';
    return invalidParameter(name, 'int_parsing', message, text);
  }
  const value = Number(text);
  if (value <= bounds.above) {
    return invalidParameter(name, 'greater_than', `Input should be greater than ${bounds.above}`, text, {
      gt: bounds.above,
    });
  }
  if (bounds.most !== undefined && value > bounds.most) {
    const message = `Input should be less than or equal to ${bounds.most}`;
    return invalidParameter(name, 'less_than_equal', message, text, { le: bounds.most });
  }
  return value;
}
