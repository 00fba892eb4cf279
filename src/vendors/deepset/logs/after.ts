import { formatInstant } from '../../../domain/time.ts';
import type { TimeRequest } from '../../../pagination/time-keyset/list.ts';

/** The vendor's clock ticks in microseconds: digits of `after` beyond them may be dropped or refused. */
export const RESOLUTION = 1_000n;

/** Year 1 to year 9999: what a date-time can be there. Positions come from clients and may lie anywhere. */
const FIRST = -62_135_596_800_000_000_000n;
const LAST = 253_402_300_799_000_000_000n;

/**
 * An exclusive bound as the vendor reads it: UTC with `Z`, at most six fraction digits. A finer bound is
 * moved outwards to the next microsecond: rows may come twice, which the reader sorts out, but none is
 * left out. Undefined: the bound lies before everything, so there is none.
 */
export function afterText(after: bigint, order: TimeRequest['order']): string | undefined {
  if (after < FIRST) return order === 'ascending' ? undefined : formatInstant(FIRST);
  if (after > LAST) return order === 'descending' ? undefined : formatInstant(LAST);
  const rest = ((after % RESOLUTION) + RESOLUTION) % RESOLUTION;
  if (rest === 0n) return formatInstant(after);
  return formatInstant(order === 'ascending' ? after - rest : after - rest + RESOLUTION);
}
