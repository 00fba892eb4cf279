import type { Doubts } from '../doubts.ts';
import { NO_DOUBTS } from '../doubts.ts';
import { decimalTokens, numberedTokens, opaqueTokens } from './page-tokens.ts';
import type { PageTokens } from './page-tokens.ts';

/** What differs between deployments of this vendor. */
export interface NemoDialect extends Readonly<Doubts> {
  /**
   * - A: the reference page. No attempt routes; any `attempt_id` makes the log query fail.
   * - B: `tail`, limits up to 10,000; `attempt_id` is a number, so it matches nothing.
   * - C: attempt routes; `attempt_id` is an id or `current`.
   */
  readonly generation: 'A' | 'B' | 'C';
  /** How the vendor marks the ends of a log. */
  readonly nextPageAtEnd: 'null' | 'empty' | 'missing';
  /** The status for an invalid `page_cursor`. */
  readonly badCursor: 400 | 422 | 500;
  /** Whether times end in `Z` or have no zone. */
  readonly zone: 'naive' | 'Z';
  /** True: lines of equal time come in another order at each call. */
  readonly shuffleTies: boolean;
  /** True: each page that has a `next_page` names the second page. (`more` decides whether it has one.) */
  readonly nextIsSecond: boolean;
  /** From that line on, pages of logs come without lines, although they are counted and tokens lead to them. */
  readonly emptyFrom: number;
}

export interface LogDialect extends NemoDialect {
  readonly tokens: PageTokens;
}

export interface DialectOptions extends Partial<NemoDialect> {
  /** Whether page tokens contain page numbers, in base 58 or in decimals, or are opaque. */
  readonly tokens?: 'numbered' | 'decimal' | 'opaque' | undefined;
  /** An opaque token is forgotten after this many further tokens. */
  readonly tokenLifetime?: number | undefined;
}

/** What was observed. */
const DEFAULTS = {
  ...NO_DOUBTS,
  nextPageAtEnd: 'null',
  zone: 'naive',
  shuffleTies: false,
  nextIsSecond: false,
  emptyFrom: Infinity,
} as const;

export function dialectOf({ generation = 'A', ...given }: DialectOptions): LogDialect {
  return { ...DEFAULTS, generation, badCursor: generation === 'A' ? 500 : 400, ...given, tokens: tokensOf(given) };
}

function tokensOf({ tokens, tokenLifetime }: Omit<DialectOptions, 'generation'>): PageTokens {
  if (tokens === 'decimal') return decimalTokens();
  return tokens === 'opaque' ? opaqueTokens(tokenLifetime ?? null) : numberedTokens();
}

/** A time as the vendor writes it: microseconds, without a fraction if it is zero. */
export function formatTime(time: bigint, zone: NemoDialect['zone']): string {
  const microseconds = Number(((time / 1000n) % 1_000_000n) + 1_000_000n) % 1_000_000;
  const seconds = (time / 1000n - BigInt(microseconds)) / 1_000_000n;
  const base = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const fraction = microseconds === 0 ? '' : `.${String(microseconds).padStart(6, '0')}`;
  return `${base}${fraction}${zone === 'Z' ? 'Z' : ''}`;
}
