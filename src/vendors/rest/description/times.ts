import { FIRST_INSTANT, formatInstant, LAST_INSTANT } from '../../../domain/time.ts';
import type { Instant } from '../../../domain/time.ts';
import { dateTimeOf } from '../../shared/wire.ts';
import { TIME_FORMATS } from '../facts.ts';
import type { TimeFormat } from '../facts.ts';

/**
 * Creates a reader for times of one format, because a list with two formats would have two orders. Null: not a time of
 * this format.
 */
export function timeReader(format: TimeFormat): (value: unknown) => Instant | null {
  if (format === 'date-time') return dateTimeOf;
  const unit = TIME_FORMATS[format];
  return (value) => {
    if (typeof value !== 'number' && typeof value !== 'string') return null;
    const match = /^(-?)(\d{1,19})(?:\.(\d{1,9})\d*)?$/.exec(String(value));
    if (match === null) return null;
    const [, sign, whole = '', fraction = ''] = match;
    const rest = (BigInt(fraction.padEnd(9, '0')) * unit) / 1_000_000_000n;
    const time = (BigInt(whole) * unit + rest) * (sign === '-' ? -1n : 1n);
    if (time < FIRST_INSTANT || time > LAST_INSTANT) return null;
    return { nanoseconds: time, text: formatInstant(time) };
  };
}

/** How a bound is rounded to a coarser clock of the API, so that rows may repeat but none is omitted. */
export type Rounding = 'down' | 'up';

/**
 * Writes a bound in whole ticks. Positions come from clients and may lie anywhere, so they are clamped to the clock's
 * range.
 */
export function timeText(time: bigint, format: TimeFormat, rounding: Rounding): string {
  const tick = TIME_FORMATS[format];
  const within = time < EARLIEST ? EARLIEST : time > LATEST ? LATEST : time;
  const rest = ((within % tick) + tick) % tick;
  const whole = rest === 0n || rounding === 'down' ? within - rest : within - rest + tick;
  return format === 'date-time' ? formatInstant(whole) : String(whole / tick);
}

/** Year 1 to year 9999. */
const EARLIEST = -62_135_596_800_000_000_000n;
const LATEST = 253_402_300_799_000_000_000n;
