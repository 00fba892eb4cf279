/**
 * Ids that contain the run's number, so that computed runs need no table, and that are in no order: the number is
 * multiplied by an odd constant modulo 2^32, which can be inverted.
 */

const FACTOR = 0x9e3779b1;
const INVERSE = inverseOf(FACTOR);

/** The content of an id: the list it belongs to, and whether the run is computed or written. */
export interface RunIdParts {
  readonly list: number;
  readonly computed: boolean;
  readonly number: number;
}

export function scramble(number: number): number {
  return Math.imul(number, FACTOR) >>> 0;
}

/** `uuid` as in today's examples; `hex` (32 upper-case digits) as in those of the reference page. */
export function encodeRunId(parts: RunIdParts, form: 'uuid' | 'hex'): string {
  const digits = `${hex(scramble(parts.number), 8)}${parts.computed ? 'c0de' : '0a61'}41d8a${hex(parts.list, 15)}`;
  if (form === 'hex') return digits.toUpperCase();
  return [0, 8, 12, 16, 20].map((start, index) => digits.slice(start, [8, 12, 16, 20, 32][index])).join('-');
}

/** Null if no list has issued the id. */
export function decodeRunId(id: string): RunIdParts | null {
  const match = /^([0-9a-f]{8})(c0de|0a61)41d8a([0-9a-f]{15})$/.exec(id.replaceAll('-', '').toLowerCase());
  if (match === null) return null;
  const [, number = '', mark, list = ''] = match;
  return {
    list: Number.parseInt(list, 16),
    computed: mark === 'c0de',
    number: Math.imul(Number.parseInt(number, 16), INVERSE) >>> 0,
  };
}

function hex(number: number, length: number): string {
  return number.toString(16).padStart(length, '0');
}

/** Each step of Newton's iteration doubles the number of correct low bits. */
function inverseOf(factor: number): number {
  let inverse = factor;
  for (let round = 0; round < 5; round += 1) inverse = Math.imul(inverse, 2 - Math.imul(factor, inverse));
  return inverse >>> 0;
}
