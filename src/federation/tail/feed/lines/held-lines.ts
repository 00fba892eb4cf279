import type { WindowLine } from './line-window.ts';

interface HeldLine {
  readonly line: WindowLine;
  readonly releaseAt: number;
}

/** How much may be held back; the oldest lines over a limit are released early. */
export interface HoldLimits {
  readonly lines: number;
  readonly bytes: number;
}

/** Lines that wait to be put in order, oldest first. */
export class HeldLines {
  readonly #limits: HoldLimits;
  #lines: HeldLine[] = [];
  #bytes = 0;

  constructor(limits: HoldLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#lines.length;
  }

  /** The instant of the oldest line. */
  get oldest(): bigint | null {
    return this.#lines[0]?.line.entry.time ?? null;
  }

  /** Holds sorted lines, each until its time of release. */
  add(lines: readonly WindowLine[], releaseAt: (line: WindowLine) => number): void {
    const added = lines.map((line) => ({ line, releaseAt: releaseAt(line) }));
    const last = this.#lines.at(-1);
    const [first] = added;
    if (first === undefined) return;
    const isInOrder = last === undefined || last.line.entry.time <= first.line.entry.time;
    if (isInOrder) for (const held of added) this.#lines.push(held);
    else this.#lines = merged(this.#lines, added);
    for (const line of lines) this.#bytes += line.bytes;
  }

  /** Takes the lines that are due, with all lines that come before them, and the oldest ones over the limits; in order. */
  take(now: number): WindowLine[] {
    const ready = this.#lines.findLastIndex(({ releaseAt }) => releaseAt <= now) + 1;
    const taken: WindowLine[] = [];
    for (const { line } of this.#lines) {
      if (taken.length >= ready && !this.#isOver(taken.length)) break;
      taken.push(line);
      this.#bytes -= line.bytes;
    }
    if (taken.length > 0) this.#lines = this.#lines.slice(taken.length);
    return taken;
  }

  /** When the next line is due; Infinity if no line is held. */
  nextAt(): number {
    return this.#lines.reduce((min, { releaseAt }) => Math.min(min, releaseAt), Infinity);
  }

  #isOver(taken: number): boolean {
    return this.#lines.length - taken > this.#limits.lines || this.#bytes > this.#limits.bytes;
  }
}

/** Among lines of one instant, those that were already held come first. */
function merged(there: readonly HeldLine[], added: readonly HeldLine[]): HeldLine[] {
  const all: HeldLine[] = [];
  let next = 0;
  for (const held of there) {
    for (let other = added[next]; other !== undefined && other.line.entry.time < held.line.entry.time;) {
      all.push(other);
      next += 1;
      other = added[next];
    }
    all.push(held);
  }
  return [...all, ...added.slice(next)];
}
