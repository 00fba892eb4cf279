import { Mismatch } from '../../http/body/mismatch.ts';
import { isEmpty } from './wire.ts';
import type { Fields } from './wire.ts';

/** What services and gateways say of an error in an answer with status 200, beside rows or in place of them. */

/** Members that only an error has. */
const OF_ERRORS: ReadonlySet<string> = new Set(['error', 'errors', 'detailedError', 'exception', 'fault']);

/** Members that say whether all went well. */
const OF_SUCCESS: ReadonlySet<string> = new Set(['ok', 'success']);

/** Members that have an HTTP status, a status of another kind, or a word for one. */
const OF_STATUS: ReadonlySet<string> = new Set(['code', 'status', 'statusCode', 'status_code']);

/** Members that say something in words: what an answer without rows says in them is why it has none. */
const OF_WORDS: ReadonlySet<string> = new Set([
  ...['message', 'msg', 'detail', 'details', 'title', 'reason', 'description'],
  ...['warning', 'warnings', 'error_description', 'errorMessage', 'error_message', 'errorCode', 'error_code'],
]);

const FAILED = /^(?:error|fail|failed|failure)$/i;
const FINE = /^(?:ok|success|successful|succeeded)$/i;

/** Says the member that something went wrong, whatever stands beside it? */
export function isError(name: string, value: unknown): boolean {
  if (OF_ERRORS.has(name)) return !isEmpty(value);
  if (OF_SUCCESS.has(name)) return value === false;
  if (!OF_STATUS.has(name)) return false;
  return (typeof value === 'string' && FAILED.test(value)) || Number(value) >= 400;
}

/** Says the member something that an answer without rows would not say if all were well? */
export function isComplaint(name: string, value: unknown): boolean {
  if (OF_WORDS.has(name)) return !isEmpty(value);
  return isError(name, value) || (OF_STATUS.has(name) && !isFine(value));
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
}

function refuse(fields: Fields, isWrong: (name: string, value: unknown) => boolean): void {
  for (const [name, value] of Object.entries(fields))
    if (isWrong(name, value)) throw Mismatch.of(value, 'no error', name);
}
