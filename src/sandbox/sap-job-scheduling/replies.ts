import type { SandboxReply } from '../types.ts';
import type { SapSettings } from './settings.ts';

const KIND_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'Bad Request/Invalid Request',
  401: 'Unauthorized',
  404: 'Not Found',
};

/** An error in the service's wording (assumed for 401 and 404: the vendor only shows that of 400). */
export function refusal(status: number, message: string): SandboxReply {
  return { status, body: { code: status, message, type: KIND_OF_STATUS[status] ?? 'Error', detailedError: message } };
}

/** The answer for a missing item. Its body is not documented. */
export function notFound({ notFoundBody }: SapSettings, message: string): SandboxReply {
  if (notFoundBody === 'none') return { status: 404 };
  if (notFoundBody === 'error') return refusal(404, message);
  return { status: 404, headers: { 'content-type': 'text/html' }, body: `<html><body>${message}</body></html>` };
}

/** Headers of each job list since the vendor announced its paging. */
export const DEPRECATION_HEADERS: Readonly<Record<string, string>> = {
  deprecation: '@1782345600',
  sunset: 'Thu, 25 Jun 2026 00:00:00 GMT',
  link: '<https://help.example.com/pagination-guide>; rel="deprecation"; type="text/html"',
  'x-deprecation-warning': 'Pagination will be enforced on 2026-06-26. Default pageSize=10, max=100.',
  'x-breaking-change-date': '2026-06-25',
  'x-breaking-change-type': 'pagination-required',
  'x-migration-guide': 'https://help.example.com/pagination-guide',
};
