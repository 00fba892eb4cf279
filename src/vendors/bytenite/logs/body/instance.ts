import type { Json } from '../../../../domain/json.ts';
import type { Instant } from '../../../../domain/time.ts';
import { fieldsOf, instantOf, jsonOf, required, textOf } from '../../../shared/wire.ts';

/** One log instance, decoded. `level` and `container` are null where the vendor left them out. */
export interface LogInstance {
  readonly time: Instant;
  readonly log: string;
  readonly level: string | null;
  readonly container: Json;
  /** The same, which stays. Left out: it does so itself. */
  readonly kept?: LogInstance;
}

/**
 * Decodes a log instance. Throws a `Mismatch` where it has no time, since a line without one has no place. Text fields
 * may be missing or null, as protobuf's empty string may, and anything else is shown as its text.
 */
export function decodeInstance(value: unknown): LogInstance {
  const fields = fieldsOf(value);
  return {
    time: required(fields, 'timestamp', instantOf, 'a date-time'),
    log: textOf(fields['log']) ?? '',
    level: textOf(fields['level']),
    container: jsonOf(fields['container']),
  };
}
