import type { StatusLine } from '../surroundings.ts';

/** How often the bar is drawn, in milliseconds. */
const INTERVAL = 200;
const BAR = 20;

/** What has been exported so far. */
export interface Progress {
  readonly lines: number;
  readonly bytes: number;
}

/** Shows the progress and speed of an export on a terminal, and the remaining time if the total is known. */
export class ProgressBar {
  readonly #status: StatusLine;
  readonly #now: () => number;
  readonly #begin: Progress;
  readonly #startedAt: number;
  #drawnAt = -Infinity;
  /** The total number of lines; null: unknown. */
  total: number | null = null;

  /** `begin`: the progress of earlier runs, which does not count for rates. */
  constructor(status: StatusLine, begin: Progress, now = () => performance.now()) {
    this.#status = status;
    this.#begin = begin;
    this.#now = now;
    this.#startedAt = now();
  }

  update(progress: Progress): void {
    const now = this.#now();
    if (now - this.#drawnAt < INTERVAL) return;
    this.#drawnAt = now;
    this.#status.show(this.#text(progress, (now - this.#startedAt) / 1_000));
  }

  clear(): void {
    this.#status.show('');
  }

  #text({ lines, bytes }: Progress, seconds: number): string {
    const rate = seconds > 0 ? (lines - this.#begin.lines) / seconds : 0;
    const perSecond = seconds > 0 ? `${sizeOf((bytes - this.#begin.bytes) / seconds)}/s` : '';
    const said = [`${grouped(lines)} lines`, sizeOf(bytes), perSecond];
    if (this.total === null || this.total === 0) return said.join('  ');
    // The log may grow during the export, so the count can exceed the total.
    const part = Math.min(1, lines / this.total);
    const done = '#'.repeat(Math.floor(part * BAR)).padEnd(BAR, '-');
    const left = rate > 0 ? `${durationOf(Math.max(0, this.total - lines) / rate)} left` : '';
    return [`[${done}] ${Math.floor(part * 100)} %`, ...said, left].join('  ').trimEnd();
  }
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}

function grouped(number: number): string {
  return number.toLocaleString('en-US');
}

function durationOf(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
