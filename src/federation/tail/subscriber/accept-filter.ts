import { FairShare } from '../../../domain/fair-share.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { LogFilter } from '../../../domain/log-filter.ts';
import type { checkTimeBounds } from '../../arguments.ts';
import { entryPredicate } from '../../log-filter/filter.ts';
import type { EntryPredicate } from '../../log-filter/filter.ts';
import type { WindowLine } from '../feed/lines/line-window.ts';

/** A subscriber's whole filter for one job, applied to the lines of a feed that all subscribers share. Each line is judged once. */
export class AcceptFilter {
  readonly #since: bigint | null;
  readonly #before: bigint | null;
  /** Null: all lines within the bounds. */
  readonly #predicate: EntryPredicate | null;
  readonly #verdicts = new WeakMap<LogEntry, boolean>();

  constructor(filter: LogFilter, bounds: ReturnType<typeof checkTimeBounds>) {
    this.#since = bounds.since;
    this.#before = bounds.before;
    this.#predicate = entryPredicate(filter);
  }

  accepts(entry: LogEntry): boolean {
    if (this.#since !== null && entry.time < this.#since) return false;
    if (this.#before !== null && entry.time >= this.#before) return false;
    return this.#predicate === null || this.#judge(entry, this.#predicate);
  }

  /** Judges lines in advance, in slices, so that taking them later does not block other work. */
  async judge(lines: readonly WindowLine[]): Promise<void> {
    if (this.#predicate === null) return;
    const share = new FairShare();
    for (const { entry } of lines) {
      if (this.#verdicts.has(entry)) continue;
      this.#judge(entry, this.#predicate);
      if (share.isSpent()) await share.rest();
    }
  }

  #judge(entry: LogEntry, predicate: EntryPredicate): boolean {
    const known = this.#verdicts.get(entry);
    if (known !== undefined) return known;
    const verdict = predicate(entry);
    this.#verdicts.set(entry, verdict);
    return verdict;
  }
}
