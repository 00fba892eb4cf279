import type { SandboxReply } from '../types.ts';
import type { QueryError } from './rql-expression.ts';

/** The form of a problem's `errors` member: both occur. */
export type ErrorShape = 'object' | 'array';

const TITLES: Readonly<Record<number, { readonly title: string; readonly section: string }>> = {
  400: { title: 'Bad Request', section: '15.5.1' },
  401: { title: 'Unauthorized', section: '15.5.2' },
  403: { title: 'Forbidden', section: '15.5.4' },
  404: { title: 'Not Found', section: '15.5.5' },
  405: { title: 'Method Not Allowed', section: '15.5.6' },
};

/** An error body in the form of RFC 9457 problem details, with a type from RFC 9110. */
export function problem(status: number, detail: string, errors?: unknown): SandboxReply {
  const { title, section } = TITLES[status] ?? { title: 'Error', section: '15' };
  const body = {
    type: `https://tools.ietf.org/html/rfc9110#section-${section}`,
    title,
    status,
    detail,
    traceId: '00-5f3c1c8d2b9e4a7f8d6e5c4b3a291807-1a2b3c4d5e6f7081-00',
    ...(errors === undefined ? {} : { errors }),
  };
  return { status, headers: { 'content-type': 'application/problem+json' }, body };
}

/** The answer to an invalid query. */
export function queryProblem(error: QueryError, shape: ErrorShape): SandboxReply {
  const errors =
    shape === 'object'
      ? { [error.subject]: [error.message] }
      : [{ message: error.message, properties: [error.subject] }];
  return problem(400, 'One or more validation errors occurred.', errors);
}
