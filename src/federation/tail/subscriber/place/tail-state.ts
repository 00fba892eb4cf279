import type { ConnectionCursors, CursorState } from '../../../cursor/codec.ts';
import { invalidCursor } from '../../../cursor/codec.ts';
import { DIGEST_LENGTH } from './line-digest.ts';

/**
 * What a subscriber has received. Lines do not arrive in order, so one position is not enough: everything up to `place`
 * is settled, and after it the lines in `names` have been delivered.
 */
export interface TailState {
  readonly place: CursorState;
  /** Digests of lines. */
  readonly names: readonly string[];
  /** The instant of the latest line that has been delivered; a line before it is late. Null: the instant of `place`. */
  readonly furthest: bigint | null;
  /** True if lines without a name may have been delivered, too: lines up to `furthest` may be repeated. */
  readonly mayRepeat: boolean;
}

const TAIL_MARK = 'tail';

export function encodeTailState(cursors: ConnectionCursors, state: TailState): string {
  const { names, furthest, mayRepeat } = state;
  // Hints are left out: one would take as much room as the position that it locates.
  const place = { ...state.place, marks: state.place.marks.filter(({ at }) => at !== undefined) };
  const inner = cursors.encode(place);
  if (names.length === 0 && !mayRepeat) return inner;
  return cursors.seal([TAIL_MARK, inner, names.join(''), furthest === null ? null : String(furthest), mayRepeat]);
}

/** Accepts a cursor of this stream, or one of a log connection of the same jobs and filter. */
export function decodeTailState(cursors: ConnectionCursors, cursor: string): TailState {
  const payload = cursors.open(cursor);
  if (!Array.isArray(payload) || payload[0] !== TAIL_MARK) {
    return { place: cursors.decode(cursor), names: [], furthest: null, mayRepeat: false };
  }
  const [, inner, names, furthest = null, mayRepeat = false] = payload as unknown[];
  if (typeof inner !== 'string' || typeof names !== 'string') throw invalidCursor();
  return {
    place: cursors.decode(inner),
    names: splitNames(names),
    // The seal proves that we wrote it.
    furthest: typeof furthest === 'string' ? BigInt(furthest) : null,
    mayRepeat: mayRepeat === true,
  };
}

function splitNames(text: string): string[] {
  return Array.from({ length: Math.floor(text.length / DIGEST_LENGTH) }, (_, i) =>
    text.slice(i * DIGEST_LENGTH, (i + 1) * DIGEST_LENGTH),
  );
}
