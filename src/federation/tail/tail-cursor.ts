import { createHash } from 'node:crypto';
import type { Position } from '../../domain/ordered.ts';
import type { ConnectionCursors, MergedPosition } from '../cursor.ts';
import { invalidCursor } from '../cursor.ts';
import { untouched } from '../merged-place.ts';

/**
 * Where a subscriber stands. Lines do not arrive in order, so no single position says it: everything up
 * to `position` is settled, and of what lies beyond it the lines in `delivered` have been delivered.
 */
export interface TailState {
  readonly position: MergedPosition;
  /** Digests of lines (`lineDigest`). */
  readonly delivered: readonly string[];
  /** The instant of the furthest line that has been delivered: what comes before it is late. Null: `position`'s. */
  readonly furthest: bigint | null;
}

const DIGEST_BYTES = 6;

/** 48 bits that stand for a line of a job: enough to tell apart the few thousand that a cursor names. */
export function lineDigest(source: string, job: string, partition: string, { time, tie }: Position): string {
  const text = JSON.stringify([source, job, partition, String(time), tie]);
  return createHash('sha256').update(text).digest().subarray(0, DIGEST_BYTES).toString('base64url');
}

/** The state of somebody who is owed everything. */
export const FROM_THE_BEGINNING: TailState = {
  position: { ...untouched('forward'), scope: 0, partition: '' },
  delivered: [],
  furthest: null,
};

const TAIL_MARK = 'tail';

export function encodeTailState(cursors: ConnectionCursors, { position, delivered, furthest }: TailState): string {
  if (delivered.length === 0) return cursors.encode({ position, marks: [] });
  const inner = cursors.encode({ position, marks: [] });
  return cursors.seal([TAIL_MARK, inner, delivered.join(''), furthest === null ? null : String(furthest)]);
}

/** Takes a cursor of this stream, or one of an entry of the connection of the same jobs and filter. */
export function decodeTailState(cursors: ConnectionCursors, cursor: string): TailState {
  const payload = cursors.open(cursor);
  if (!Array.isArray(payload) || payload[0] !== TAIL_MARK) {
    return { position: cursors.decode(cursor).position, delivered: [], furthest: null };
  }
  const [, inner, digests, furthest = null] = payload as unknown[];
  if (typeof inner !== 'string' || typeof digests !== 'string') throw invalidCursor();
  return {
    position: cursors.decode(inner).position,
    delivered: splitDigests(digests),
    // It was sealed by us.
    furthest: typeof furthest === 'string' ? BigInt(furthest) : null,
  };
}

function splitDigests(text: string): string[] {
  const length = Math.ceil((DIGEST_BYTES * 8) / 6);
  return Array.from({ length: Math.floor(text.length / length) }, (_, i) => text.slice(i * length, (i + 1) * length));
}
