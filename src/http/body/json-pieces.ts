import { FairShare } from '../../domain/fair-share.ts';
import { parseJson } from '../../domain/json.ts';
import type { Json } from '../../domain/json.ts';
import type { Hold } from './collect.ts';
import { ROW_BYTES, RowBound, TEXT_BYTES } from './row-bound.ts';
import type { RowLimits } from './row-bound.ts';
import { CUT } from './string-cutter.ts';
import { ValueBound } from './value-bound.ts';

/**
 * One file, although a long one: all that is known of a body while it is scanned is one state.
 *
 * Parses a large JSON body in pieces, so that other work runs in between. It splits lists (the body itself, or the
 * direct members of a top-level object) at the commas between rows, and parses a group of rows at a time. The rest of
 * the body, the frame, holds a list's number in place of its rows and is parsed last. A single row is never split. So objects and
 * lists in it that have too many values are cut out (see `ValueBound`), and long texts are cut (see `RowBound`).
 */

/** Rows of about this size are parsed at once; that takes a few milliseconds. */
const GROUP_BYTES = 256 * 1024;

/** Rows with about this many values are parsed at once, too: a row may have two bytes. */
const GROUP_VALUES = 5_000;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
/** A text with one character from U+0100 on takes two bytes for each of its characters. */
const [LETTER_U, FIRST_WIDE] = [0x75, 0xc4];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Memory of a value beside its text, with what is made of it later: about a hundred bytes, measured with short lines. */
const VALUE_BYTES = 128;

const ROW_LIMITS: RowLimits = { rowBytes: ROW_BYTES, textBytes: TEXT_BYTES };
const MARK = Buffer.from(CUT);

/** A member of an object as `JSON.parse` makes it. */
const PLAIN = { writable: true, enumerable: true, configurable: true } as const;

interface Bounds {
  readonly groupBytes?: number;
  readonly mostValues?: number;
  readonly row?: RowLimits;
  /** Called when a text is cut. */
  readonly onCut?: (() => void) | undefined;
  /** Asks for the memory of rows beyond the bytes of their text. */
  readonly hold?: Hold | null;
}

/** Throws a SyntaxError if the body is not JSON. */
export async function parseInPieces(
  chunks: Iterable<Buffer>,
  { groupBytes = GROUP_BYTES, mostValues, row = ROW_LIMITS, onCut, hold = null }: Bounds = {},
): Promise<Json> {
  const pieces = new Pieces(groupBytes, mostValues, row, onCut);
  const share = new FairShare();
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      at = pieces.take(chunk, at);
      const more = pieces.takeMemory();
      if (hold !== null && more > 0) await hold(more);
      if (share.isSpent()) await share.rest();
    }
  }
  return pieces.end();
}

class Pieces {
  readonly #mostBytes: number;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  /** True until the end of a text that is cut. */
  #isCutting = false;
  #isTopList = false;
  /** Everything outside the rows. */
  readonly #frame: Buffer[] = [];
  #frameBytes = 0;
  readonly #frameBound: ValueBound;
  readonly #lists: Json[][] = [];
  /** The list that is being read, and below it the depth of its rows. */
  #list: Json[] | null = null;
  #rowDepth = 0;
  /** The rows of the next group to parse. */
  #group: Buffer[] = [];
  #groupBytes = 0;
  readonly #rowBound: ValueBound;
  readonly #row: RowBound;
  readonly #onCut: (() => void) | undefined;
  /** Of the group at hand: its values, and whether its characters may take two bytes each. */
  #values = 0;
  #isWide = false;
  /** Memory of the rows that were parsed, beyond the bytes of their text. */
  #memory = 0;

  constructor(groupBytes: number, mostValues: number | undefined, row: RowLimits, onCut: (() => void) | undefined) {
    this.#mostBytes = groupBytes;
    this.#row = new RowBound(row);
    this.#onCut = onCut;
    this.#frameBound = new ValueBound(mostValues);
    this.#rowBound = new ValueBound(mostValues);
  }

  /**
   * Reads from `start` up to the end of the chunk, of a group of rows, or of a list's bracket. Returns the index after
   * the last byte read.
   */
  take(chunk: Buffer, start: number): number {
    if (this.#isCutting) return this.#endOfCut(chunk, start);
    const before = this.#kept - start;
    let full = this.#row.fullAt - before;
    for (let at = start; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (this.#inString) {
        if (this.#isEscaped) {
          this.#isEscaped = false;
          if (byte !== LETTER_U) continue;
          this.#isWide = true;
          this.#row.digitsFollow(before + at);
        } else if (at >= full && this.#row.mayCut(before + at, byte)) {
          this.#cut(chunk.subarray(start, at));
          return at;
        } else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#inString = false;
        else if (byte >= FIRST_WIDE) this.#isWide = true;
        continue;
      }
      if (byte === QUOTE) {
        this.#inString = true;
        this.#row.beginText(before + at);
      } else if (byte === OPEN_OBJECT) {
        this.#depth += 1;
        this.#values += 1;
        this.#bound.open(before + at);
      } else if (byte === CLOSE_OBJECT) {
        this.#depth -= 1;
        this.#bound.close(before + at + 1);
      } else if (byte === OPEN_LIST) {
        if (this.#opensList()) {
          this.#keep(chunk.subarray(start, at + 1));
          this.#openList();
          return at + 1;
        }
        this.#values += 1;
        this.#bound.open(before + at);
      } else if (byte === CLOSE_LIST) {
        const list = this.#depth === this.#rowDepth ? this.#list : null;
        this.#depth -= 1;
        if (list !== null) {
          this.#endRow(before + at);
          this.#keep(chunk.subarray(start, at));
          this.#closeList(list);
          // The bracket belongs to the frame.
          this.#keep(chunk.subarray(at, at + 1));
          return at + 1;
        }
        this.#bound.close(before + at + 1);
      } else if (byte === COMMA) {
        this.#values += 1;
        if (this.#list === null || this.#depth !== this.#rowDepth) {
          this.#bound.comma();
          continue;
        }
        this.#endRow(before + at);
        full = this.#row.fullAt - before;
        if (this.#groupBytes + at - start >= this.#mostBytes || this.#values >= GROUP_VALUES) {
          this.#keep(chunk.subarray(start, at));
          this.#endGroup(this.#list);
          return at + 1;
        }
      }
    }
    this.#keep(chunk.subarray(start));
    return chunk.length;
  }

  #cut(kept: Buffer): void {
    this.#keep(kept);
    this.#keep(MARK);
    [this.#isCutting, this.#isWide] = [true, true];
    this.#onCut?.();
  }

  /** Passes over the rest of a text that is cut. Returns the index of its quote, or the end of the chunk. */
  #endOfCut(chunk: Buffer, start: number): number {
    for (let at = start; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) {
        this.#isCutting = false;
        return at;
      }
    }
    return chunk.length;
  }

  #endRow(end: number): void {
    const start = this.#row.tooLarge(end);
    if (start !== null) this.#rowBound.replace(start, end);
    this.#row.beginRow(end + 1);
  }

  /** The memory of rows that were parsed since the last time, beyond the bytes of their text. */
  takeMemory(): number {
    const memory = this.#memory;
    this.#memory = 0;
    return memory;
  }

  end(): Json {
    if (this.#list !== null) throw new SyntaxError('A list has no end.');
    const frame = parse(this.#frame, this.#frameBound);
    if (this.#isTopList) return this.#listOf(frame);
    // Defined and not assigned, so that keys with special names (`__proto__`) stay plain keys. Copying a long list would take long.
    for (const [key, value] of Object.entries(frame ?? {}))
      if (Array.isArray(value)) Object.defineProperty(frame, key, { ...PLAIN, value: this.#listOf(value as Json[]) });
    return frame;
  }

  /** Counts the opening bracket in the depth. True if it opens a list whose rows are parsed separately. */
  #opensList(): boolean {
    this.#depth += 1;
    if (this.#list !== null) return false;
    if (this.#depth === 1 && this.#frame.length === 0) return (this.#isTopList = true);
    return this.#depth === 2 && !this.#isTopList;
  }

  #openList(): void {
    this.#keep(Buffer.from(String(this.#lists.length)));
    this.#list = [];
    this.#lists.push(this.#list);
    this.#rowDepth = this.#depth;
    this.#row.beginRow(this.#kept);
  }

  #closeList(list: Json[]): void {
    const isEmpty = list.length === 0 && this.#group.every((part) => part.toString('latin1').trim() === '');
    if (isEmpty) [this.#group, this.#groupBytes] = [[], 0];
    else this.#endGroup(list);
    this.#list = null;
    this.#row.beginRow(0);
  }

  #endGroup(list: Json[]): void {
    const rows = parse([Buffer.from('['), ...this.#group, Buffer.from(']')], this.#rowBound) as Json[];
    // Two commas in a row, or a trailing comma, leave an empty group.
    if (rows.length === 0) throw new SyntaxError('A row is missing.');
    for (const row of rows) list.push(row);
    this.#memory += this.#values * VALUE_BYTES + (this.#isWide ? this.#groupBytes : 0);
    [this.#values, this.#isWide] = [0, false];
    [this.#group, this.#groupBytes] = [[], 0];
    this.#row.beginRow(this.#kept);
  }

  #keep(part: Buffer): void {
    if (this.#list === null) {
      this.#frame.push(part);
      this.#frameBytes += part.length;
    } else {
      this.#group.push(part);
      this.#groupBytes += part.length;
    }
  }

  /** Bytes before the part that is being read, in the text that it will be parsed with. */
  get #kept(): number {
    return this.#list === null ? this.#frameBytes : this.#groupBytes + 1;
  }

  get #bound(): ValueBound {
    return this.#list === null ? this.#frameBound : this.#rowBound;
  }

  #listOf(frame: Json): Json[] {
    const list = Array.isArray(frame) ? this.#lists[Number(frame[0])] : undefined;
    if (list === undefined) throw new SyntaxError('The list is not whole.');
    return list;
  }
}

const BYTE_ORDER_MARK = '\ufeff';

function parse(parts: readonly Buffer[], bound: ValueBound): Json {
  try {
    const text = bound.cut(Buffer.concat(parts)).toString('utf8');
    return parseJson(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch (error) {
    throw error instanceof SyntaxError ? error : new SyntaxError('The text cannot be parsed.', { cause: error });
  }
}
