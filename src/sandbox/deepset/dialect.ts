import { NO_DOUBTS } from '../doubts.ts';
import type { Doubts, SaidTotal } from '../doubts.ts';

/** The fields that `filter` accepts; any other is answered with 400. */
export type FilterableField = 'level' | 'origin' | 'logged_at';

/**
 * What the vendor's pages leave open, or what differs between deployments: one switch each, so that a test can try
 * every possibility. Switches can be changed while the vendor listens.
 */
export interface DeepsetDialect extends Omit<Doubts, 'total'> {
  /** `total`: the true count, null, or a count with a cap (as a search engine behind the API would give). */
  total: SaidTotal | { readonly cap: number };
  /** Whether `after` reduces `total`. */
  totalAfter: 'all' | 'remaining';
  /** The answer for a pipeline without logs: an empty page, or the 404 of the reference page. */
  emptyLogs: 'empty' | 'not-found';
  filterable: readonly FilterableField[];
  /** The order of rows at one instant; `unreversed`: the same for both sort orders. */
  tieOrder: 'id' | 'insertion' | 'unreversed';
  /** Fraction digits of `logged_at`; further digits are cut off. */
  digits: number;
  /** Fraction digits of `logged_at` in answers, where lists are ordered and bounded by more; null: all of `digits`. */
  shownDigits: number | null;
  /** Whether a page begins strictly after its bound or includes it. */
  after: 'exclusive' | 'inclusive';
  /** The answer to a `limit` below 1: 422, or the default limit. */
  smallLimit: 'refused' | 'default';
  /** Which rows a bound selects: those after it in the sort order, or the older ones for both sort orders. */
  afterSide: 'of-order' | 'older';
  /** The precision that `after` is brought to before rows are compared with it. */
  afterStep: 'microsecond' | 'millisecond' | 'second';
  /** How `after` is brought to that precision. */
  afterRounding: 'down' | 'nearest' | 'up';
  /** Digits of `after` beyond microseconds: cut off, or answered with 422. */
  afterDigits: 'truncated' | 'refused';
  /** Who answers refused requests: the API, or the proxy in front of it with an HTML page. */
  errorPages: 'json' | 'html';
  /** True: CSV for every `Accept` other than exactly `application/json`. */
  csvUnlessExactlyJson: boolean;
  /** True: an empty page has `has_more: true`. */
  emptyPageSaysMore: boolean;
  /** Retention: earlier lines are gone, nanoseconds; null: all lines are kept. */
  keptSince: bigint | null;
  /** True: `order` is accepted without effect; lists are always newest first. */
  ignoresOrder: boolean;
}

export const DEFAULT_DIALECT: DeepsetDialect = {
  ...NO_DOUBTS,
  totalAfter: 'all',
  emptyLogs: 'empty',
  filterable: ['level', 'origin'],
  tieOrder: 'id',
  digits: 6,
  shownDigits: null,
  after: 'exclusive',
  smallLimit: 'refused',
  afterSide: 'of-order',
  afterStep: 'microsecond',
  afterRounding: 'down',
  afterDigits: 'truncated',
  errorPages: 'json',
  csvUnlessExactlyJson: false,
  emptyPageSaysMore: false,
  keptSince: null,
  ignoresOrder: false,
};
