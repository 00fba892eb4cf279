import type { Json } from '../../../../domain/json.ts';
import type { Instant } from '../../../../domain/time.ts';
import { fieldsOf, instantOf, jsonOf, required, textOf } from '../../../shared/wire.ts';

/** One decoded log instance. `level` and `container` are null if the vendor left them out. */
export interface LogInstance {
  readonly time: Instant;
  /** Those of `time`. */
  readonly nanoseconds: bigint;
  readonly log: string;
  readonly level: string | null;
  readonly container: Json;
  /** Bytes of its text, about. */
  readonly bytes: number;
  /** The same, which stays. Left out: it does so itself. */
  readonly kept?: LogInstance;
}

/**
 * Decodes a log instance. Throws a `Mismatch` if it has no time, because such a line has no place in the log. Text fields
 * may be missing or null, like protobuf's empty string. Any other value is shown as text.
 */
export function decodeInstance(value: unknown): LogInstance {
  const fields = fieldsOf(value);
  const time = required(fields, 'timestamp', instantOf, 'a date-time');
  const [log, level] = [textOf(fields['log']) ?? '', textOf(fields['level'])];
  const container = jsonOf(fields['container']);
  const beside = typeof container === 'string' ? container.length : JSON.stringify(container).length;
  const { nanoseconds } = time;
  return { time, nanoseconds, log, level, container, bytes: log.length + (level?.length ?? 0) + beside };
}
