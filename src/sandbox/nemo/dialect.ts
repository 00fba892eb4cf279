import type { PageTokens } from './page-tokens.ts';

/** What differs between deployments of this vendor. */
export interface NemoDialect {
  /**
   * - A: the reference page. No attempt routes; any `attempt_id` breaks the log query.
   * - B: `tail`, limits up to 10,000; `attempt_id` is a number and so matches nothing.
   * - C: attempt routes; `attempt_id` is an id or `current`.
   */
  readonly generation: 'A' | 'B' | 'C';
  /** How the ends of a log are said. */
  readonly nextPageAtEnd: 'null' | 'empty' | 'missing';
  /** The status for a `page_cursor` that the vendor does not take. */
  readonly badCursor: 400 | 422 | 500;
  /** Do times end in `Z`, or have no zone? */
  readonly zone: 'naive' | 'Z';
  /** Do lines of equal time come in another order at each call? */
  readonly shuffleTies: boolean;
  /** What `total` counts. */
  readonly total: NemoTotal;
  /** What `next_page` names: the next page, always the second one, or the next one also behind the end. */
  readonly nextPage: 'honest' | 'second' | 'always';
  /** Does `page_cursor` do nothing? */
  readonly ignoresCursor: boolean;
  /** The most lines on a page, whatever is asked for; null: as many as are asked for. */
  readonly linesPerPage: number | null;
}

export type NemoTotal = 'honest' | 'null' | 'zero' | 'too-low' | 'too-high' | 'of-page';

export interface LogDialect extends NemoDialect {
  readonly tokens: PageTokens;
}

/** What the vendor says that it counts. */
export function totalOf(count: number, onPage: number, said: NemoTotal): number | null {
  const totals: Readonly<Record<NemoTotal, number | null>> = {
    honest: count,
    null: null,
    zero: 0,
    'too-low': Math.max(0, count - 30),
    'too-high': count + 70,
    'of-page': onPage,
  };
  return totals[said];
}

/** A time as the vendor writes it: microseconds, without a fraction when it is zero. */
export function formatTime(time: bigint, zone: NemoDialect['zone']): string {
  const microseconds = Number(((time / 1000n) % 1_000_000n) + 1_000_000n) % 1_000_000;
  const seconds = (time / 1000n - BigInt(microseconds)) / 1_000_000n;
  const base = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const fraction = microseconds === 0 ? '' : `.${String(microseconds).padStart(6, '0')}`;
  return `${base}${fraction}${zone === 'Z' ? 'Z' : ''}`;
}
