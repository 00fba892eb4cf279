import type { SaidTotal } from '../doubts.ts';

/**
 * The behaviour of the simulated instance. `legacy` is the reference page: offsets count from 1, a runs answer is only
 * `total` and `results`, and `next`/`prev` have no effect. `current` is the service since December 2025: offsets count
 * from 0, and runs can be paged by run id.
 */
export type SapDialect = 'legacy' | 'current';

export interface SapSettings {
  readonly dialect: SapDialect;
  /** The number of the first row, if a test needs another than the dialect's. */
  readonly firstOffset: 0 | 1;
  /** Whether it supports paging by run id, if a test needs another answer than the dialect's. */
  readonly cursors: boolean;
  readonly order: 'newest-first' | 'oldest-first';
  /** The place of a new run among others of the same second: after them, or anywhere. */
  readonly ties: 'inserted' | 'shuffled';
  /** The authorisation that the plan uses. */
  readonly auth: 'oauth2' | 'basic';
  readonly tokenSeconds: number;
  /** Default number of schedules per answer; default: all. */
  readonly schedulesPerPage: number;
  /** The answer for a schedule that has never run: an empty list, or a 404 as worded on the newer page. */
  readonly emptyRuns: 'empty' | 'not-found';
  // What is not known of the service, or cannot be relied on. The defaults follow its documents.
  /** The sort key of the list of runs. */
  readonly sortedBy: 'invocation' | 'scheduling';
  readonly total: SaidTotal;
  /** Most runs per page, even if more are requested. */
  readonly runsPerPage: number;
  /** Most jobs or schedules per page, even if more are requested. */
  readonly jobsPerPage: number;
  /** Whether pages have links where they belong, always or never. */
  readonly links: 'honest' | 'always' | 'never';
  /** Paging parameters without effect: the answer is always the first page. */
  readonly ignores: 'nothing' | 'cursors' | 'offsets' | 'both';
  /** The answer after the last run: an empty page, or the last page again. */
  readonly behindTheEnd: 'empty' | 'last-page';
  /** The effect of a run id and an offset in one request. */
  readonly cursorWithOffset: 'cursor' | 'offset' | 'refused';
  /** The answer to an invalid page size of runs. */
  readonly badPageSize: 'refused' | 'default';
  /** The form of the action log: a page like others, or a bare list. */
  readonly actionLogs: 'page' | 'list';
  /** The body of a 404 answer. */
  readonly notFoundBody: 'error' | 'none' | 'html';
}

export type SapOptions = Partial<SapSettings>;

/** Largest page of runs (assumed: the vendor publishes no limit; 200 is its default). */
export const MAX_RUNS = 200;
export const MAX_JOBS = 100;
/** The page size of every list if only an offset is given. */
export const DEFAULT_PAGE = 10;

export const CREDENTIALS = { user: 'sb-tributary-sandbox', password: 'sandbox-secret-of-sap' } as const;

const DEFAULTS = {
  order: 'newest-first',
  ties: 'inserted',
  auth: 'oauth2',
  tokenSeconds: 43_199,
  schedulesPerPage: Infinity,
  emptyRuns: 'empty',
  sortedBy: 'invocation',
  total: 'honest',
  runsPerPage: MAX_RUNS,
  jobsPerPage: Infinity,
  links: 'honest',
  ignores: 'nothing',
  behindTheEnd: 'empty',
  cursorWithOffset: 'cursor',
  badPageSize: 'refused',
  actionLogs: 'page',
  notFoundBody: 'error',
} as const;

export function settingsOf({ dialect = 'current', ...given }: SapOptions): SapSettings {
  const isLegacy = dialect === 'legacy';
  return { ...DEFAULTS, dialect, firstOffset: isLegacy ? 1 : 0, cursors: !isLegacy, ...given };
}
