import { Mismatch } from '../../http/body/mismatch.ts';
import { isEmpty, isFields } from './wire.ts';
import type { Fields } from './wire.ts';

/** What services and gateways say of an error in an answer with status 200, beside rows or in place of them. */

/** Members that only an error has. Names of members are given without case and signs: `@odata.error` is `odataerror`. */
const OF_ERRORS: ReadonlySet<string> = new Set([
  ...['error', 'errors', 'err', 'detailederror', 'odataerror', 'iserror', 'haserror', 'haserrors'],
  ...['exception', 'fault', 'faultcode', 'faultstring'],
]);

/** Members that say whether all went well. */
const OF_SUCCESS: ReadonlySet<string> = new Set(['ok', 'success', 'succeeded']);

/** Members that have an HTTP status, a status of another kind, or a word for one. */
const OF_STATUS: ReadonlySet<string> = new Set([
  ...['code', 'status', 'statuscode'],
  ...['httpcode', 'httpstatus', 'httpstatuscode'],
]);

/** Members that say something in words: what an answer without rows says in them is why it has none. */
const OF_WORDS: ReadonlySet<string> = new Set([
  ...['message', 'messages', 'msg', 'detail', 'details', 'title', 'reason', 'description', 'cause', 'hint'],
  ...['warning', 'warnings', 'notice', 'notices', 'failures', 'stack', 'stacktrace'],
  ...['errordescription', 'errormessage', 'errorcode', 'loginurl', 'redirect'],
  // Flags: rows are left out.
  ...['failed', 'incomplete', 'partial', 'timedout', 'truncated'],
]);

/** Members beside which an answer says more of itself. */
const OF_PAGES = ['pagination', 'meta', '$meta'];

const FAILED = /^(?:error|fail|failed|failure)$/i;
const FINE = /^(?:ok|success|successful|succeeded)$/i;

/** Says the member that something went wrong, whatever stands beside it? */
export function isError(member: string, value: unknown): boolean {
  const name = plain(member);
  if (OF_ERRORS.has(name)) return !isEmpty(value);
  if (OF_SUCCESS.has(name)) return value === false;
  if (!OF_STATUS.has(name)) return false;
  return (typeof value === 'string' && FAILED.test(value)) || Number(value) >= 400;
}

/** Says the member something that an answer without rows would not say if all were well? */
export function isComplaint(member: string, value: unknown): boolean {
  const name = plain(member);
  if (OF_WORDS.has(name)) return !isEmpty(value);
  return isError(name, value) || (OF_STATUS.has(name) && !isFine(value));
}

function plain(member: string): string {
  return member.toLowerCase().replace(/[^a-z]/g, '');
}

function isFine(value: unknown): boolean {
  return isEmpty(value) || (typeof value === 'string' && FINE.test(value)) || /^(?:0|2\d\d)$/.test(String(value));
}

/** An answer that names an error is not whole, whatever stands beside it. Throws a `Mismatch`. */
export function refuseNamedErrors(fields: Fields): void {
  refuse(fields, isError);
}

/** A list without rows is empty only where nothing beside it complains. Throws a `Mismatch`. */
export function refuseComplaints(fields: Fields): void {
  refuse(fields, isComplaint);
  for (const name of OF_PAGES) if (isFields(fields[name])) refuse(fields[name], isComplaint);
}

/** The same for something that has a status and a description of its own: a job without a part is one where nothing else complains. */
export function refuseComplaintsBeside(own: ReadonlySet<string>, fields: Fields): void {
  refuse(fields, (name, value) => !own.has(name) && isComplaint(name, value));
}

function refuse(fields: Fields, isWrong: (name: string, value: unknown) => boolean): void {
  for (const [name, value] of Object.entries(fields))
    if (isWrong(name, value)) throw Mismatch.of(value, 'no error', name);
}
