import { bytesOfEntry } from '../../../../domain/entry-bytes.ts';
import { firstIndex } from '../../../../domain/first-index.ts';
import type { LogEntry } from '../../../../domain/log-entry.ts';
import type { LogNode } from '../../../api.ts';
import type { Hint } from '../../../../pagination/core/partition.ts';

/** A line as a poll has read it. */
export interface FeedLine {
  readonly entry: LogEntry;
  readonly partition: string;
  /** Where the next poll finds the line again; null if there is no hint, or if the line came from another replica. */
  readonly hint: Hint | null;
}

/** A line in a feed's window. */
export interface WindowLine extends FeedLine {
  readonly key: string;
  /** Approximate memory use. */
  readonly bytes: number;
  /** The line's number in the order of release; Infinity while it is held back. */
  sequence: number;
  /** Its node in the graph and its name in cursors, made once for all subscribers. */
  shown?: { readonly node: LogNode; readonly digest: string };
}

/** Names a line within its job. */
export function lineKey(partition: string, { time, tie }: { readonly time: bigint; readonly tie: string }): string {
  return `${time}/${tie}/${partition}`;
}

/** The order of lines within a job, as in its merged connection. */
function compareLines(a: FeedLine, b: FeedLine): number {
  if (a.entry.time !== b.entry.time) return a.entry.time < b.entry.time ? -1 : 1;
  if (a.partition !== b.partition) return a.partition < b.partition ? -1 : 1;
  return a.entry.tie === b.entry.tie ? 0 : a.entry.tie < b.entry.tie ? -1 : 1;
}

/**
 * The newest part of a job's log, without holes: every line from `start` on that existed when it was read. It tells new
 * lines from those that a poll reads again, and serves subscribers that join.
 */
export class LineWindow {
  #lines: WindowLine[] = [];
  readonly #byKey = new Map<string, WindowLine>();
  #start: bigint | null = null;
  #bytes = 0;
  #repeatedLines = 0;

  /**
   * Lines before this instant are not in the window, whether or not they exist. Null: the window includes the log's
   * beginning.
   */
  get start(): bigint | null {
    return this.#start;
  }

  get size(): number {
    return this.#lines.length;
  }

  /** Approximate memory use of its lines. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many lines were added although the window already had them. */
  get repeatedLines(): number {
    return this.#repeatedLines;
  }

  get newest(): bigint | null {
    return this.#lines.at(-1)?.entry.time ?? null;
  }

  /** Sets where the window begins, if the first read did not reach the log's beginning. */
  beginAt(start: bigint | null): void {
    this.#start = start;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** Adds the lines that are new and returns them in order. Ignores lines before the window. */
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

  /** The newest line of a partition before an instant: a poll of that partition begins after it. */
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

  /** True if the window exceeds one of these limits. */
  isOver(lines: number, bytes: number): boolean {
    return this.#lines.length > lines || this.#bytes > bytes;
  }

  /**
   * Drops the oldest whole instants until the window is within the limits. Keeps lines at or after `keepFrom` in any
   * case.
   */
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
    // Drop the rest of that instant too: the window holds whole instants.
    while (this.#lines[0]?.entry.time === lastDropped) {
      const line = this.#lines.shift();
      if (line === undefined) break;
      this.#bytes -= line.bytes;
      this.#byKey.delete(line.key);
    }
  }

  #indexOf(time: bigint): number {
    const lines = this.#lines;
    return firstIndex(0, lines.length, (index) => (lines[index]?.entry.time ?? time) >= time);
  }
}
