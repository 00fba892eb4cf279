import type { SaidTotal } from '../doubts.ts';

/**
 * How the simulated instance behaves. `legacy` is the reference page: offsets count from 1, a runs answer
 * is `total` and `results` only, and `next`/`prev` mean nothing. `current` is the service since December
 * 2025: offsets count from 0 and runs can be followed by run id.
 */
export type SapDialect = 'legacy' | 'current';

/** What is not known of the service, or not to be relied on. The defaults are what its documents say. */
export interface SapDoubts {
  /** What the list of runs is sorted by. */
  readonly sortedBy?: 'invocation' | 'scheduling';
  readonly total?: SaidTotal;
  /** The most runs that a page holds, whatever is asked for. */
  readonly runsPerPage?: number;
  /** The most jobs or schedules that a page of theirs holds, whatever is asked for. */
  readonly jobsPerPage?: number;
  /** Are links on pages where they belong, on all pages or on none? */
  readonly links?: 'honest' | 'always' | 'never';
  /** Which paging parameters are taken without effect: the first page is the answer to all of them. */
  readonly ignores?: 'nothing' | 'cursors' | 'offsets' | 'both';
  /** What lies behind the last run: an empty page, or the last page again. */
  readonly behindTheEnd?: 'empty' | 'last-page';
  /** A run id and an offset in one request. */
  readonly cursorWithOffset?: 'cursor' | 'offset' | 'refused';
  /** A page size of runs that makes no sense. */
  readonly badPageSize?: 'refused' | 'default';
  /** What the log of actions is: a page like others, or a bare list. */
  readonly actionLogs?: 'page' | 'list';
  /** What an answer with the status 404 has for a body. */
  readonly notFoundBody?: 'error' | 'none' | 'html';
}

export interface SapOptions extends SapDoubts {
  readonly dialect?: SapDialect;
  /** The number of the first row, where a test wants another than the dialect's own. */
  readonly firstOffset?: 0 | 1;
  /** Does it follow run ids? Where a test wants another answer than the dialect's own. */
  readonly cursors?: boolean;
  readonly order?: 'newest-first' | 'oldest-first';
  /** Where a run lands among others of the same second: behind them, or anywhere. */
  readonly ties?: 'inserted' | 'shuffled';
  /** Which of the two the plan uses. */
  readonly auth?: 'oauth2' | 'basic';
  readonly tokenSeconds?: number;
  /** Schedules per answer when the request does not say; default: all. */
  readonly schedulesPerPage?: number;
  /** What a schedule that has never run answers: an empty list, or the 404 of the newer page's wording. */
  readonly emptyRuns?: 'empty' | 'not-found';
}

export interface SapSettings extends Required<SapDoubts> {
  readonly dialect: SapDialect;
  readonly firstOffset: 0 | 1;
  readonly cursors: boolean;
  readonly newestFirst: boolean;
  readonly shuffleTies: boolean;
  readonly auth: 'oauth2' | 'basic';
  readonly tokenSeconds: number;
  readonly schedulesPerPage: number;
  readonly emptyRuns: 'empty' | 'not-found';
}

/** Largest page of runs (assumed: the vendor publishes none; 200 is what it gives when nothing is asked for). */
export const MAX_RUNS = 200;
export const MAX_JOBS = 100;
/** The page size of every list when only an offset is given. */
export const DEFAULT_PAGE = 10;

export const CREDENTIALS = { user: 'sb-tributary-sandbox', password: 'sandbox-secret-of-sap' } as const;

export function settingsOf(options: SapOptions): SapSettings {
  const dialect = options.dialect ?? 'current';
  return {
    dialect,
    firstOffset: options.firstOffset ?? (dialect === 'legacy' ? 1 : 0),
    cursors: options.cursors ?? dialect === 'current',
    newestFirst: options.order !== 'oldest-first',
    shuffleTies: options.ties === 'shuffled',
    auth: options.auth ?? 'oauth2',
    tokenSeconds: options.tokenSeconds ?? 43_199,
    schedulesPerPage: options.schedulesPerPage ?? Infinity,
    emptyRuns: options.emptyRuns ?? 'empty',
    sortedBy: options.sortedBy ?? 'invocation',
    total: options.total ?? 'honest',
    runsPerPage: options.runsPerPage ?? MAX_RUNS,
    jobsPerPage: options.jobsPerPage ?? Infinity,
    links: options.links ?? 'honest',
    ignores: options.ignores ?? 'nothing',
    behindTheEnd: options.behindTheEnd ?? 'empty',
    cursorWithOffset: options.cursorWithOffset ?? 'cursor',
    badPageSize: options.badPageSize ?? 'refused',
    actionLogs: options.actionLogs ?? 'page',
    notFoundBody: options.notFoundBody ?? 'error',
  };
}
