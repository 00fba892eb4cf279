import { Mismatch } from '../../http/body/mismatch.ts';
import { isEmpty, isFields, textOf } from './wire.ts';
import type { Fields } from './wire.ts';

/** Recognizes errors that services and gateways report in an answer with status 200, beside rows or instead of them. */

/** Members that only an error has. Names are compared without case and punctuation: `@odata.error` is `odataerror`. */
const OF_ERRORS: ReadonlySet<string> = new Set([
  ...['error', 'errors', 'err', 'detailederror', 'odataerror', 'iserror', 'haserror', 'haserrors'],
  ...['exception', 'fault', 'faultcode', 'faultstring'],
]);

/** Members that state success. */
const OF_SUCCESS: ReadonlySet<string> = new Set(['ok', 'success', 'succeeded']);

/** Members with an HTTP status, another status code, or a status word. */
const OF_STATUS: ReadonlySet<string> = new Set([
  ...['code', 'status', 'statuscode'],
  ...['httpcode', 'httpstatus', 'httpstatuscode'],
]);

/** Members with the outcome of a request, or with the state of what was asked for. Beside no rows, a failure counts. */
const OF_OUTCOMES: ReadonlySet<string> = new Set(['state', 'result', 'outcome']);

/** Members with messages. In an answer without rows, a message may explain why there are none. */
const OF_WORDS: ReadonlySet<string> = new Set([
  ...['message', 'messages', 'msg', 'detail', 'details', 'title', 'reason', 'description', 'cause', 'hint'],
  ...['warning', 'warnings', 'notice', 'notices', 'failures', 'stack', 'stacktrace'],
  ...['errordescription', 'errormessage', 'errorcode', 'loginurl', 'redirect'],
  // Flags that report omitted rows.
  ...['failed', 'incomplete', 'partial', 'timedout', 'truncated'],
]);

/** Members that may contain further statements about the answer. */
const OF_PAGES = ['pagination', 'meta', '$meta'];

const FAILED = /^(?:error|fail|failed|failure)$/i;
const FINE = /^(?:ok|success|successful|succeeded)$/i;

/** True if the member reports an error, regardless of other members. */
export function isError(member: string, value: unknown): boolean {
  const name = plain(member);
  if (OF_ERRORS.has(name)) return !isEmpty(value);
  if (OF_SUCCESS.has(name)) return value === false;
  if (!OF_STATUS.has(name)) return false;
  return (typeof value === 'string' && FAILED.test(value)) || Number(value) >= 400;
}

/** True if the member suggests that an answer without rows is not simply empty. */
export function isComplaint(member: string, value: unknown): boolean {
  const name = plain(member);
  if (OF_WORDS.has(name)) return !isEmpty(value);
  if (isFailedOutcome(name, value)) return true;
  return isError(name, value) || (OF_STATUS.has(name) && !isFine(value));
}

function isFailedOutcome(name: string, value: unknown): boolean {
  return OF_OUTCOMES.has(name) && typeof value === 'string' && FAILED.test(value);
}

function plain(member: string): string {
  return member.toLowerCase().replace(/[^a-z]/g, '');
}

function isFine(value: unknown): boolean {
  return isEmpty(value) || (typeof value === 'string' && FINE.test(value)) || /^(?:0|2\d\d)$/.test(String(value));
}

/** Throws a `Mismatch` if the answer reports an error: it is not complete, whatever else it contains. */
export function refuseNamedErrors(fields: Fields): void {
  refuse(fields, isError);
}

/** Most words that are remembered, and how much of each. */
const MOST_WORDS = 100;
const LONGEST_WORD = 200;

/**
 * The words of errors and failures that a source puts beside rows. There they tell of the job, not of the answer: so they do
 * beside an empty page, too. Words that have not stood beside rows tell why there are none.
 */
export class WordsBesideRows {
  readonly #known = new Set<string>();

  /** Judges an answer with or without rows. Throws a `Mismatch` if it has none and reports an error or a failure. */
  judge(fields: Fields, hasRows: boolean): void {
    if (hasRows) for (const [name, value] of failuresIn(fields)) this.#note(wordOf(name, value));
    else refuse(fields, (name, value) => isFailure(name, value) && !this.#known.has(wordOf(name, value)));
  }

  #note(word: string): void {
    if (this.#known.size < MOST_WORDS) this.#known.add(word);
  }
}

/** Throws a `Mismatch` if the answer reports an error or a failure. */
export function refuseFailures(fields: Fields): void {
  refuse(fields, isFailure);
}

function failuresIn(fields: Fields): readonly (readonly [string, unknown])[] {
  return Object.entries(fields).filter(([name, value]) => isFailure(name, value));
}

function isFailure(name: string, value: unknown): boolean {
  return isError(name, value) || isFailedOutcome(plain(name), value);
}

function wordOf(name: string, value: unknown): string {
  return `${name} ${textOf(value) ?? ''}`.slice(0, LONGEST_WORD);
}

/** For an answer without rows: throws a `Mismatch` if another member suggests that the list is not really empty. */
export function refuseComplaints(fields: Fields): void {
  refuse(fields, isComplaint);
  for (const name of OF_PAGES) if (isFields(fields[name])) refuse(fields[name], isComplaint);
}

/**
 * The same for an object with a status and a description of its own (`own`), such as a job without parts: these members
 * are ignored.
 */
export function refuseComplaintsBeside(own: ReadonlySet<string>, fields: Fields): void {
  refuse(fields, (name, value) => !own.has(name) && isComplaint(name, value));
}

function refuse(fields: Fields, isWrong: (name: string, value: unknown) => boolean): void {
  for (const [name, value] of Object.entries(fields))
    if (isWrong(name, value)) throw Mismatch.of(value, 'no error', name);
}
