import { createHash } from 'node:crypto';
import type { SandboxLine } from '../types.ts';

export interface DeepsetException {
  readonly type: string;
  readonly value: string;
  /** May be missing. */
  readonly trace?: readonly { readonly filename: string; readonly line_number: number; readonly name: string }[];
}

/** A log record with all fields of the vendor. */
export interface DeepsetRecord {
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  readonly message: string;
  readonly level: string;
  readonly origin: string;
  /** Undefined: the answer lacks the key. */
  readonly exceptions?: readonly DeepsetException[] | null | undefined;
  readonly extra_fields?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface StoredRecord extends DeepsetRecord {
  readonly log_id: string;
  /** Order of arrival. */
  readonly sequence: number;
}

const LEVEL: Readonly<Record<NonNullable<SandboxLine['severity']>, string>> = {
  debug: 'debug',
  info: 'info',
  warn: 'warning',
  error: 'error',
  fatal: 'critical',
};

/** A line as this vendor would have logged it; `step` is its origin. */
export function recordOf(line: SandboxLine): DeepsetRecord {
  return {
    time: line.time,
    message: line.message,
    level: LEVEL[line.severity ?? 'info'],
    origin: line.step ?? 'querypipeline',
    exceptions: null,
    extra_fields: null,
  };
}

/** An id like those of the search engine: 20 characters, in no order. */
export function logIdOf(log: string, record: string): string {
  return createHash('sha1').update(`${log}#${record}`).digest('base64url').slice(0, 20);
}
