import { parseInstant } from '../../../../domain/time.ts';

/** The length of `2026-05-04T02:00:`. */
const MINUTE_BYTES = 17;
const [ZERO, NINE, POINT, LETTER_Z] = [0x30, 0x39, 0x2e, 0x5a];
const SECOND = 1_000_000_000;
const DIGITS = 9;

/**
 * Reads the times of lines from their bytes, as `parseInstant` does. Lines that follow each other are mostly of the same minute: then
 * only their seconds are read here.
 */
export class LineClock {
  readonly #minute = Buffer.alloc(MINUTE_BYTES);
  /** When that minute began; null: it is none. Undefined: not known yet. */
  #began: bigint | null | undefined;

  /** Nanoseconds since the epoch; null if it is no time. */
  read(bytes: Buffer, start: number, end: number): bigint | null {
    if (!this.#isSameMinute(bytes, start)) {
      bytes.copy(this.#minute, 0, start, start + MINUTE_BYTES);
      this.#began = undefined;
    } else {
      if (this.#began === undefined) this.#began = beginOf(this.#minute.toString('latin1'));
      const nanoseconds = this.#began === null ? -1 : nanosecondsIn(bytes, start + MINUTE_BYTES, end);
      if (nanoseconds !== -1) return (this.#began ?? 0n) + BigInt(nanoseconds);
    }
    return parseInstant(bytes.toString('utf8', start, end))?.nanoseconds ?? null;
  }

  #isSameMinute(bytes: Buffer, start: number): boolean {
    const minute = this.#minute;
    for (let index = MINUTE_BYTES - 1; index >= 0; index -= 1) if (bytes[start + index] !== minute[index]) return false;
    return true;
  }
}

/** When a minute began; null if it is not one of sixty seconds, such as `24:00`. */
function beginOf(minute: string): bigint | null {
  const first = parseInstant(`${minute}00Z`)?.nanoseconds;
  const last = parseInstant(`${minute}59Z`)?.nanoseconds;
  return first !== undefined && last === first + BigInt(59 * SECOND) ? first : null;
}

/** Nanoseconds of `05Z` or `05.123Z`; -1 if it is written in another way. */
function nanosecondsIn(bytes: Buffer, start: number, end: number): number {
  const tens = digitAt(bytes, start);
  const ones = digitAt(bytes, start + 1);
  const last = end - 1;
  if (tens === -1 || tens > 5 || ones === -1 || bytes[last] !== LETTER_Z) return -1;
  const seconds = (10 * tens + ones) * SECOND;
  const point = start + 2;
  if (point === last) return seconds;
  if (bytes[point] !== POINT || point + 1 >= last) return -1;
  let fraction = 0;
  let unit = SECOND;
  for (let at = point + 1; at < last; at += 1) {
    const digit = digitAt(bytes, at);
    if (digit === -1) return -1;
    if (at - point > DIGITS) continue;
    unit /= 10;
    fraction += digit * unit;
  }
  return seconds + fraction;
}

/** -1: it is no digit. */
function digitAt(bytes: Buffer, at: number): number {
  const byte = bytes[at] ?? 0;
  return byte >= ZERO && byte <= NINE ? byte - ZERO : -1;
}
