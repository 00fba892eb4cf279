import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Position } from '../../domain/ordered.ts';
import type { Hint } from '../../pagination/core/partition.ts';
import type { CursorState, PartitionMark } from './position.ts';

/**
 * Cursors: a position in one connection's total order, sealed for that connection.
 *
 * A cursor that comes back is untrusted. Its seal is a keyed hash over the connection (scopes, filter, order) and the
 * payload, so a string that was not issued for this connection is recognised without server state.
 */

/** What a cursor belongs to: any JSON that identifies the connection. */
export type ConnectionKey = Json;

const VERSION = 1;
const SEAL_BYTES = 9;

/** Longest cursor that is decoded: larger than any that is issued for 100 jobs. */
const MAX_LENGTH = 64 * 1024;

/** A longer cursor is issued without its hints. The cursor of a stream contains one of these, and has to be short enough, too. */
const LONGEST_WITH_HINTS = 40 * 1024;

/** Seals and opens the cursors of one deployment. Replicas that share `secret` can read each other's cursors. */
export class CursorCodec {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** The codec of one connection. The connection's key is hashed once. */
  forConnection(key: ConnectionKey): ConnectionCursors {
    return new ConnectionCursors(this.#secret, createHash('sha256').update(JSON.stringify(key)).digest());
  }
}

export class ConnectionCursors {
  readonly #secret: string;
  readonly #connection: Buffer;

  constructor(secret: string, connection: Buffer) {
    this.#secret = secret;
    this.#connection = connection;
  }

  encode(state: CursorState): string {
    const cursor = this.seal(payloadOf(state));
    if (cursor.length <= LONGEST_WITH_HINTS) return cursor;
    // Hints only save calls.
    return this.seal(payloadOf({ ...state, marks: state.marks.map((mark) => ({ ...mark, hint: null })) }));
  }

  /** Throws CURSOR_INVALID for anything that `encode` did not produce for this connection. */
  decode(cursor: string): CursorState {
    const state = stateOf(this.open(cursor));
    if (state === null) throw invalidCursor();
    return state;
  }

  /** For connections with another kind of position: seals any JSON. */
  seal(payload: Json): string {
    const body = Buffer.from(JSON.stringify([VERSION, payload]));
    return Buffer.concat([this.#sealOf(body), body]).toString('base64url');
  }

  open(cursor: string): unknown {
    if (cursor.length > MAX_LENGTH || !/^[A-Za-z0-9_-]+$/.test(cursor)) throw invalidCursor();
    const bytes = Buffer.from(cursor, 'base64url');
    // Accept one spelling only: several base64url strings decode to the same bytes.
    if (bytes.length <= SEAL_BYTES || bytes.toString('base64url') !== cursor) throw invalidCursor();
    const body = bytes.subarray(SEAL_BYTES);
    if (!timingSafeEqual(bytes.subarray(0, SEAL_BYTES), this.#sealOf(body))) throw invalidCursor();
    const parsed = parse(body);
    if (!Array.isArray(parsed) || parsed[0] !== VERSION) throw invalidCursor();
    return parsed[1];
  }

  #sealOf(body: Buffer): Buffer {
    return createHmac('sha256', this.#secret).update(this.#connection).update(body).digest().subarray(0, SEAL_BYTES);
  }
}

/** The contents of a cursor, without checking its seal: for debugging. Null if the text is not a cursor. */
export function tryReadCursor(cursor: string): unknown {
  try {
    const body = Buffer.from(cursor, 'base64url').subarray(SEAL_BYTES);
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (!Array.isArray(parsed) || parsed[0] !== VERSION) return null;
    const payload: unknown = parsed[1];
    // A tail's cursor contains the cursor of a position.
    const [mark, inner, ...rest] = Array.isArray(payload) ? (payload as unknown[]) : [];
    return typeof mark === 'string' && typeof inner === 'string' && Array.isArray(payload) && rest.length > 2
      ? [mark, tryReadCursor(inner) ?? inner, ...rest]
      : payload;
  } catch {
    return null;
  }
}

export function invalidCursor(): TributaryError {
  return new TributaryError(
    'CURSOR_INVALID',
    'The cursor was not issued for this connection: a cursor works only with the same jobs, filter and order, and unchanged.',
  );
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw invalidCursor();
  }
}

function payloadOf({ position, marks }: CursorState): Json {
  return [
    position.time.toString(36),
    position.tie,
    position.scope,
    position.partition,
    marks.map((mark) => {
      const { scope, partition, hint, at, whole } = mark;
      const place = at === undefined ? [] : [at.time.toString(36), at.tie];
      if (whole === undefined) return [scope, partition, hint, ...place];
      return [scope, partition, [whole.scope, whole.partition], ...place, 1];
    }),
  ];
}

function stateOf(payload: unknown): CursorState | null {
  if (!Array.isArray(payload)) return null;
  const [time, tie, scope, partition, marks] = payload as unknown[];
  const at = positionOf([time, tie]);
  if (at === null || typeof scope !== 'number' || typeof partition !== 'string' || !Array.isArray(marks)) return null;
  const read = marks.map(markOf);
  if (read.includes(null)) return null;
  return { position: { ...at, scope, partition }, marks: read.filter((mark) => mark !== null) };
}

function markOf(value: unknown): PartitionMark | null {
  if (!Array.isArray(value)) return null;
  const [scope, partition, hint, time, tie, whole] = value as unknown[];
  if (typeof scope !== 'number' || typeof partition !== 'string') return null;
  // The value came from JSON.parse.
  const base = { scope, partition, hint: (hint ?? null) as Hint | null };
  if (value.length < 4) return base;
  const at = positionOf([time, tie]);
  if (at === null || whole !== 1) return at && { ...base, at };
  const [atScope, atPartition] = Array.isArray(hint) ? (hint as unknown[]) : [];
  if (typeof atScope !== 'number' || typeof atPartition !== 'string') return null;
  return { scope, partition, hint: null, at, whole: { ...at, scope: atScope, partition: atPartition } };
}

function positionOf(value: unknown): Position | null {
  if (!Array.isArray(value)) return null;
  const [time, tie] = value as unknown[];
  if (typeof time !== 'string' || typeof tie !== 'string') return null;
  const nanoseconds = bigintOfBase36(time);
  return nanoseconds === null ? null : { time: nanoseconds, tie };
}

function bigintOfBase36(text: string): bigint | null {
  if (!/^-?[0-9a-z]{1,20}$/.test(text)) return null;
  const negative = text.startsWith('-');
  let value = 0n;
  for (const digit of negative ? text.slice(1) : text) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return negative ? -value : value;
}
