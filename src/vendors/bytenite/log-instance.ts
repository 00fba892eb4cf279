import { parseInstant } from '../../domain/time.ts';
import type { Instant } from '../../domain/time.ts';

/** One log instance, decoded. `level` and `container` are null where the vendor left them out. */
export interface LogInstance {
  readonly time: Instant;
  readonly log: string;
  readonly level: string | null;
  readonly container: string | null;
}

/** A value that is not what it should be. `path` leads to it from where one looked. */
export class Mismatch extends Error {
  readonly path: string;

  constructor(path: string, what: string) {
    super(what);
    this.path = path;
  }

  static of(value: unknown, expected: string, path = ''): Mismatch {
    return new Mismatch(path, `expected ${expected}, got ${described(value)}`);
  }

  /** The same, seen from further out. */
  below(path: string): Mismatch {
    return new Mismatch(path + this.path, this.message);
  }
}

/**
 * Decodes a log instance. By hand instead of by zod: there may be a million of them in an answer. Throws
 * a `Mismatch`. Text fields may be missing or null, as protobuf's empty string may; a time may not, since
 * a line without one has no place.
 */
export function decodeInstance(value: unknown): LogInstance {
  if (!isRecord(value)) throw Mismatch.of(value, 'an object');
  const log = textField(value, 'log') ?? '';
  const timestamp = value['timestamp'];
  const time = typeof timestamp === 'string' ? parseInstant(timestamp) : null;
  if (time === null) throw Mismatch.of(timestamp, 'a date-time', '.timestamp');
  return { time, log, level: textField(value, 'level'), container: textField(value, 'container') };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textField(value: Readonly<Record<string, unknown>>, name: string): string | null {
  const field = value[name];
  if (field === undefined || field === null) return null;
  if (typeof field !== 'string') throw Mismatch.of(field, 'a string', `.${name}`);
  return field;
}

/** Numbers, booleans and null as they came; texts, objects and lists only by their kind: nothing of the body leaks. */
function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'string' ? 'a string' : 'an object';
}
