import type { Dialect } from './options.ts';
import type { NativeRunPage } from './wire.ts';

/** The number that the first run has: 1 by the older documents, 0 by the newer. */
export type FirstOffset = 0 | 1;

/** What is asked of the vendor, in its own numbers. */
export interface SentPage {
  /** Null when none was sent: every dialect then begins with the first run. */
  readonly offset: number | null;
  readonly pageSize: number;
}

/**
 * How one instance pages its runs: learned from its answers and kept as long as the source lives. Every
 * answer may correct it, so an instance may be upgraded meanwhile.
 */
export class PagingFacts {
  readonly #fixed: boolean;
  #cursors: boolean | null;
  #firstOffset: FirstOffset | null;

  constructor(dialect: Dialect) {
    this.#fixed = dialect !== 'auto';
    this.#cursors = dialect === 'auto' ? null : dialect === 'current';
    this.#firstOffset = dialect === 'auto' ? null : dialect === 'current' ? 0 : 1;
  }

  /** Does it follow run ids? Null: not known yet. */
  get cursors(): boolean | null {
    return this.#cursors;
  }

  /** Null: no answer has proved it yet. */
  get firstOffset(): FirstOffset | null {
    return this.#firstOffset;
  }

  /** The documents' word until an answer proves it. Zero where nothing is known: it can repeat a run, never skip one. */
  get likelyFirstOffset(): FirstOffset {
    return this.#firstOffset ?? (this.#cursors === false ? 1 : 0);
  }

  /** Learns from the answer to a page that was addressed by offset, or by nothing. */
  learn(page: NativeRunPage, sent: SentPage): void {
    if (this.#fixed) return;
    this.#learnCursors(page, sent);
    const proved = provedFirstOffset(page, sent, this.#cursors === true);
    if (proved !== null) this.#firstOffset = proved;
  }

  /** An answer with links comes from an instance with cursors, whatever was asked. */
  learnLinks(page: NativeRunPage): void {
    if (!this.#fixed && hasLinks(page)) this.#setCursors(true);
  }

  #learnCursors(page: NativeRunPage, { offset }: SentPage): void {
    if (hasLinks(page)) {
      this.#setCursors(true);
      return;
    }
    // More runs than the page holds, and yet no link to them.
    const seen = page.results.length;
    const rest = page.total !== null && seen > 0 && page.total > (offset ?? 0) + seen;
    if (rest) this.#setCursors(false);
  }

  /** Another dialect than so far: what was proved of the old one says nothing of the new one. */
  #setCursors(cursors: boolean): void {
    if (this.#cursors === !cursors) this.#firstOffset = null;
    this.#cursors = cursors;
  }
}

export function hasLinks(page: NativeRunPage): boolean {
  return page.next_url !== undefined || page.prev_url !== undefined;
}

/**
 * What an answer near the end of the list proves: how many runs were left, and whether a link leads on.
 * Count and runs are of one moment, so runs that were added since the last answer do not matter.
 */
export function provedFirstOffset(page: NativeRunPage, sent: SentPage, links: boolean): FirstOffset | null {
  const { offset, pageSize } = sent;
  const { total, results } = page;
  if (offset === null || offset === 0 || total === null) return null;
  const fits = ([0, 1] as const).filter((first) => {
    const start = offset - first;
    const count = Math.min(Math.max(0, total - start), pageSize);
    if (count !== results.length) return false;
    const leadsOn = typeof page.next_url === 'string';
    return !links || count === 0 || leadsOn === start + count < total;
  });
  return fits.length === 1 ? (fits[0] ?? null) : null;
}
