import { bytesOfEntry } from '../../../../domain/entry-bytes.ts';
import type { LogEntry } from '../../../../domain/log-entry.ts';
import type { LogNode } from '../../../api.ts';
import type { Hint } from '../../../../pagination/core/partition.ts';

/** A line as a poll has read it. */
export interface FeedLine {
  readonly entry: LogEntry;
  readonly partition: string;
  /** The way back to it for the next poll; null where there is none, or it came from another replica. */
  readonly hint: Hint | null;
}

/** A line in a feed's window. */
export interface WindowLine extends FeedLine {
  readonly key: string;
  /** About how much memory it takes. */
  readonly bytes: number;
  /** Its number in the order of release; Infinity as long as it is held back. */
  sequence: number;
  /** Its name in cursors, and its node in the graph: made once for all subscribers. */
  digest?: string;
  node?: LogNode;
}

/** Names a line within its job. */
export function lineKey(partition: string, { time, tie }: { readonly time: bigint; readonly tie: string }): string {
  return `${time}/${tie}/${partition}`;
}

/** The order of lines within a job: that of its merged connection. */
function compareLines(a: FeedLine, b: FeedLine): number {
  if (a.entry.time !== b.entry.time) return a.entry.time < b.entry.time ? -1 : 1;
  if (a.partition !== b.partition) return a.partition < b.partition ? -1 : 1;
  return a.entry.tie === b.entry.tie ? 0 : a.entry.tie < b.entry.tie ? -1 : 1;
}

/**
 * The newest part of a job's log, without holes: every line from `start` on that was there when it was
 * read. It tells new lines from those that a poll reads again, and serves subscribers that join.
 */
export class LineWindow {
  #lines: WindowLine[] = [];
  readonly #byKey = new Map<string, WindowLine>();
  #start: bigint | null = null;
  #bytes = 0;
  #repeatedLines = 0;

  /** Lines of instants before this are not here, whether they exist or not. Null: the log's own beginning is here. */
  get start(): bigint | null {
    return this.#start;
  }

  get size(): number {
    return this.#lines.length;
  }

  /** About how much memory its lines take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many lines were added again although they are here. */
  get repeatedLines(): number {
    return this.#repeatedLines;
  }

  get newest(): bigint | null {
    return this.#lines.at(-1)?.entry.time ?? null;
  }

  /** Says where the window begins: what was read first did not reach the log's beginning. */
  beginAt(start: bigint | null): void {
    this.#start = start;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** Adds the lines that are not here yet and returns them in order. Lines before the window are not taken. */
  add(lines: readonly FeedLine[], sequence: number): WindowLine[] {
    const added: WindowLine[] = [];
    for (const line of lines) {
      if (this.#start !== null && line.entry.time < this.#start) continue;
      const key = lineKey(line.partition, line.entry);
      if (this.#byKey.has(key)) {
        this.#repeatedLines += 1;
        continue;
      }
      const kept = { ...line, key, bytes: bytesOfEntry(line.entry), sequence };
      this.#byKey.set(key, kept);
      this.#bytes += kept.bytes;
      added.push(kept);
    }
    if (added.length === 0) return added;
    added.sort(compareLines);
    const last = this.#lines.at(-1);
    const first = added[0];
    this.#lines.push(...added);
    if (last !== undefined && first !== undefined && compareLines(last, first) > 0) this.#lines.sort(compareLines);
    return added;
  }

  /** Lines at or after an instant, in order. */
  from(time: bigint): readonly WindowLine[] {
    return this.#lines.slice(this.#indexOf(time));
  }

  all(): readonly WindowLine[] {
    return this.#lines;
  }

  /** The newest line of a partition before an instant: where a poll of that partition begins. */
  lastBefore(time: bigint, partition: string): WindowLine | null {
    for (let i = this.#indexOf(time) - 1; i >= 0; i -= 1) {
      const line = this.#lines[i];
      if (line?.partition === partition) return line;
    }
    return null;
  }

  /** The oldest line of a partition at or after an instant. */
  firstFrom(time: bigint, partition: string): WindowLine | null {
    for (let i = this.#indexOf(time); i < this.#lines.length; i += 1) {
      const line = this.#lines[i];
      if (line?.partition === partition) return line;
    }
    return null;
  }

  /** Is there more here than may be kept? */
  isOver(lines: number, bytes: number): boolean {
    return this.#lines.length > lines || this.#bytes > bytes;
  }

  /** Drops the oldest whole instants until there is no more here than may be kept, but none at or after `keepFrom`. */
  trim(lines: number, bytes: number, keepFrom: bigint): void {
    let drop = 0;
    while (drop < this.#lines.length && (this.#lines.length - drop > lines || this.#bytes > bytes)) {
      const line = this.#lines[drop];
      if (line === undefined || line.entry.time >= keepFrom || line.sequence === Infinity) break;
      this.#bytes -= line.bytes;
      this.#byKey.delete(line.key);
      drop += 1;
    }
    if (drop === 0) return;
    const lastDropped = this.#lines[drop - 1]?.entry.time ?? 0n;
    this.#lines = this.#lines.slice(drop);
    this.#start = lastDropped + 1n;
    // The rest of an instant that was begun goes with it: the window holds whole instants.
    while (this.#lines[0]?.entry.time === lastDropped) {
      const line = this.#lines.shift();
      if (line === undefined) break;
      this.#bytes -= line.bytes;
      this.#byKey.delete(line.key);
    }
  }

  #indexOf(time: bigint): number {
    let low = 0;
    let high = this.#lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const line = this.#lines[middle];
      if (line !== undefined && line.entry.time < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
