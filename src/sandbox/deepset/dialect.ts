import { NO_DOUBTS } from '../doubts.ts';
import type { Doubts, SaidTotal } from '../doubts.ts';

/** What may be filtered on with `filter`; anything else is answered with 400. */
export type FilterableField = 'level' | 'origin' | 'logged_at';

/**
 * What the vendor's pages leave open, or what differs between deployments: one switch each, so that a
 * test can have every possibility. They can be turned while the vendor listens.
 */
export interface DeepsetDialect extends Omit<Doubts, 'total'> {
  /** `total`: as counted, null, or never above a cap (what a search engine behind it would do). */
  total: SaidTotal | { readonly cap: number };
  /** Does `after` shrink `total`? */
  totalAfter: 'all' | 'remaining';
  /** A pipeline without logs: an empty page, or the 404 of the reference page. */
  emptyLogs: 'empty' | 'not-found';
  filterable: readonly FilterableField[];
  /** How rows of one instant follow each other; `unreversed`: the same way in both orders. */
  tieOrder: 'id' | 'insertion' | 'unreversed';
  /** Fraction digits of `logged_at`; finer times are cut. */
  digits: number;
  /** Does a page begin strictly after its bound, or with it? */
  after: 'exclusive' | 'inclusive';
  /** A `limit` below 1: answered with 422, or taken for the default. */
  smallLimit: 'refused' | 'default';
  /** Which rows are beyond the bound: those that follow it in the order, or in both orders the older ones. */
  afterSide: 'of-order' | 'older';
  /** What `after` is cut to before rows are compared with it. */
  afterStep: 'microsecond' | 'millisecond' | 'second';
  /** Digits of `after` beyond microseconds: dropped before comparing, or answered with 422. */
  afterDigits: 'truncated' | 'refused';
  /** Refused requests are answered by the API, or by the proxy before it with an HTML page. */
  errorPages: 'json' | 'html';
  /** CSV for every `Accept` but exactly `application/json`. */
  csvUnlessExactlyJson: boolean;
  /** Says `has_more` on an empty page. */
  emptyPageSaysMore: boolean;
  /** Retention: lines before that time are gone, nanoseconds; null: all are kept. */
  keptSince: bigint | null;
  /** `order` is taken without effect: newest first, always. */
  ignoresOrder: boolean;
}

export const DEFAULT_DIALECT: DeepsetDialect = {
  ...NO_DOUBTS,
  totalAfter: 'all',
  emptyLogs: 'empty',
  filterable: ['level', 'origin'],
  tieOrder: 'id',
  digits: 6,
  after: 'exclusive',
  smallLimit: 'refused',
  afterSide: 'of-order',
  afterStep: 'microsecond',
  afterDigits: 'truncated',
  errorPages: 'json',
  csvUnlessExactlyJson: false,
  emptyPageSaysMore: false,
  keptSince: null,
  ignoresOrder: false,
};
