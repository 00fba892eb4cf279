import { formatInstant } from '../../../domain/time.ts';
import type { TimeRequest } from '../../../pagination/time-keyset/list.ts';

/** The vendor's clock ticks in microseconds. It may drop or refuse further digits of `after`. */
export const RESOLUTION = 1_000n;

/** Years 1 to 9999, the range of the vendor's date-times. Positions come from clients and may lie anywhere. */
const FIRST = -62_135_596_800_000_000_000n;
const LAST = 253_402_300_799_000_000_000n;

/**
 * Writes an exclusive bound in the vendor's form: UTC with `Z` and at most six fraction digits. A finer bound is moved
 * outwards to the next microsecond, so rows may repeat, which the reader handles, but none is omitted. Undefined: the
 * bound lies before all rows, so none is needed.
 */
export function afterText(after: bigint, order: TimeRequest['order']): string | undefined {
  if (after < FIRST) return order === 'ascending' ? undefined : formatInstant(FIRST);
  if (after > LAST) return order === 'descending' ? undefined : formatInstant(LAST);
  const rest = ((after % RESOLUTION) + RESOLUTION) % RESOLUTION;
  if (rest === 0n) return formatInstant(after);
  return formatInstant(order === 'ascending' ? after - rest : after - rest + RESOLUTION);
}
