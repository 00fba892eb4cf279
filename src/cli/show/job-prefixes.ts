import type { Paint, Style } from './paint.ts';
import { formatJob } from '../../domain/job-reference.ts';
import type { JobRef } from '../../domain/job.ts';
import { terminalCell } from '../../domain/terminal-text.ts';

const UUID = /\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;

/** Colours of prefixes, without those of errors. */
const STYLES: readonly (readonly Style[])[] = [['cyan'], ['magenta'], ['blueBright'], ['green'], ['yellow'], ['blue']];

/** The names of jobs in front of their lines. UUIDs are cut to their first part if that still tells the jobs apart. */
export class JobPrefixes {
  readonly #paint: Paint;
  /** Short names with the jobs that share them. */
  readonly #short = new Map<string, Set<string>>();
  readonly #styles = new Map<string, readonly Style[]>();

  constructor(jobs: readonly JobRef[], paint: Paint) {
    this.#paint = paint;
    for (const job of jobs) this.#know(formatJob(job));
  }

  of(job: JobRef, isWhole: boolean): string {
    const name = formatJob(job);
    const short = this.#know(name);
    const isAlone = this.#short.get(short)?.size === 1;
    return this.#paint(this.#styles.get(name) ?? [], terminalCell(isAlone && !isWhole ? short : name));
  }

  #know(name: string): string {
    const short = name.replaceAll(UUID, '$1');
    this.#short.set(short, (this.#short.get(short) ?? new Set()).add(name));
    if (!this.#styles.has(name)) this.#styles.set(name, STYLES[this.#styles.size % STYLES.length] ?? []);
    return short;
  }
}
