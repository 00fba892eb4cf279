import { invalidCursor } from '../cursor.ts';
import type { ConnectionCursors, CursorState } from '../cursor.ts';
import { DIGEST_LENGTH } from './line-digest.ts';
import type { LineSums } from './line-sums.ts';
import { BEGINNING } from './place.ts';

/**
 * Where a subscriber stands. Lines do not arrive in order, so no single position says it: everything up
 * to `place` is settled, and of what lies beyond it the lines of `names` and of `sums` have been delivered.
 */
export interface TailState {
  readonly place: CursorState;
  /** Texts of digests. */
  readonly names: readonly string[];
  /** Lines that are too many to be named. */
  readonly sums: LineSums | null;
  /** The instant of the furthest line that has been delivered: what comes before it is late. Null: `place`'s. */
  readonly furthest: bigint | null;
  /** Are there others than those of `names` and `sums` that have been delivered? Up to `furthest`, lines may come again. */
  readonly mayRepeat: boolean;
}

/** The state of somebody who is owed everything behind a place. */
export function stateAt(place: CursorState): TailState {
  return { place, names: [], sums: null, furthest: null, mayRepeat: false };
}

/** The state of somebody who is owed everything. */
export const FROM_THE_BEGINNING: TailState = stateAt(BEGINNING);

const TAIL_MARK = 'tail';

export function encodeTailState(cursors: ConnectionCursors, state: TailState): string {
  const { names, sums, furthest, mayRepeat } = state;
  // How to get to a place fast would take as much room as the place.
  const place = { ...state.place, marks: state.place.marks.filter(({ at }) => at !== undefined) };
  const inner = cursors.encode(place);
  if (names.length === 0 && sums === null && !mayRepeat) return inner;
  return cursors.seal([
    TAIL_MARK,
    inner,
    names.join(''),
    furthest === null ? null : String(furthest),
    sums === null ? null : [sums.count, String(sums.last), encodeSums(sums.sums)],
    mayRepeat,
  ]);
}

/** Takes a cursor of this stream, or one of an entry of the connection of the same jobs and filter. */
export function decodeTailState(cursors: ConnectionCursors, cursor: string): TailState {
  const payload = cursors.open(cursor);
  if (!Array.isArray(payload) || payload[0] !== TAIL_MARK) return stateAt(cursors.decode(cursor));
  const [, inner, names, furthest = null, sums = null, mayRepeat = false] = payload as unknown[];
  if (typeof inner !== 'string' || typeof names !== 'string') throw invalidCursor();
  return {
    place: cursors.decode(inner),
    names: splitNames(names),
    // It was sealed by us.
    furthest: typeof furthest === 'string' ? BigInt(furthest) : null,
    sums: Array.isArray(sums) ? decodeSums(sums) : null,
    mayRepeat: mayRepeat === true,
  };
}

function splitNames(text: string): string[] {
  return Array.from({ length: Math.floor(text.length / DIGEST_LENGTH) }, (_, i) =>
    text.slice(i * DIGEST_LENGTH, (i + 1) * DIGEST_LENGTH),
  );
}

function encodeSums(sums: Uint32Array): string {
  const bytes = Buffer.alloc(sums.byteLength);
  sums.forEach((half, i) => bytes.writeUInt32BE(half, 4 * i));
  return bytes.toString('base64url');
}

function decodeSums([count, last, text]: readonly unknown[]): LineSums {
  if (typeof count !== 'number' || typeof last !== 'string' || typeof text !== 'string') throw invalidCursor();
  const bytes = Buffer.from(text, 'base64url');
  const sums = Uint32Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readUInt32BE(4 * i));
  return { count, last: BigInt(last), sums };
}
