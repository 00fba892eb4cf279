import { freshCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import { signsOf } from './page.ts';
import type { PageFacts } from './page.ts';
import { unsearchable } from '../numbered/locate.ts';
import { AnswerTooLarge } from '../../domain/errors.ts';
import type { UnreadableRow } from '../../domain/ordered.ts';
import { isUntold, moreBehindAsked } from '../core/page-end.ts';
import type { ShownSigns } from '../core/page-end.ts';
import { EndlessList, REPEATS } from '../core/page-guard.ts';
import { TooLargeRows } from '../core/page-size.ts';
import type { PageSize } from '../core/page-size.ts';

/** Most attempts to read a run while rows move between its pages. */
const MOST_TRIES = 32;

interface RunOptions<P> {
  readonly source: string;
  /** Where the run begins. */
  readonly offset: number;
  /**
   * The number of rows to read. Called again after each page, because a page may reveal the vendor's real page size.
   */
  want(): number;
  readonly call: Call;
  /** `call` is a new call after rows have moved, because remembered answers are out of date. */
  readonly fetch: (offset: number, limit: number, call: Call) => Promise<P>;
  /** Undefined: `fetch` itself keeps answers small enough. */
  readonly fitting?: {
    /** The page size that fits into an answer. */
    readonly size: PageSize;
    /** A page with the stand-in for a row that does not fit even alone. */
    tooLarge(row: UnreadableRow): P;
  };
  /** The length of the shortest page known from earlier runs to be followed by others. */
  readonly full?: number | null;
  /** What the source has shown about its signs. Undefined: they count in any case. */
  readonly shown: ShownSigns | undefined;
  look(page: P): PageFacts & { readonly keys: readonly string[] };
}

export interface Run<P> {
  /** The call that the pages were read with. */
  readonly call: Call;
  readonly pages: readonly P[];
  /** The vendor's count of all rows; null if not stated, or if it changed meanwhile. */
  readonly total: number | null;
  /** Whether rows follow the run. Null: only another call can tell. */
  readonly more: boolean | null;
}

/**
 * Reads rows from an offset, in as many native pages as the vendor needs: it may return fewer rows than requested,
 * silently or not. If a row comes twice, new rows have pushed it on or the vendor repeats itself, and the run starts
 * over. Throws SOURCE_BAD_RESPONSE if the same rows repeat again, and SOURCE_UNAVAILABLE if rows move each time.
 */
export async function readRun<P>(options: RunOptions<P>): Promise<Run<P>> {
  let last = '';
  let call = options.call;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const run = await tryRun(options, call);
    if (!('keys' in run)) return run;
    const keys = JSON.stringify(run.keys);
    if (keys === last) throw new EndlessList(options.source, REPEATS);
    last = keys;
    call = freshCall(call);
  }
  throw unsearchable();
}

/** Reads a run once. Returns the run, or the keys of its rows up to the page on which a row repeated. */
async function tryRun<P>(options: RunOptions<P>, call: Call): Promise<Run<P> | { readonly keys: readonly string[] }> {
  const seen = new Set<string>();
  const pages: P[] = [];
  let total: number | null | undefined;
  const large = new TooLargeRows();
  /** The length of the shortest page followed by others. */
  let full = options.full ?? null;
  /** True if the only page seemed to be the last. If it comes again, whatever it is asked for, it is all there is. */
  let isDoubted = false;
  for (let offset = options.offset; ;) {
    const wanted = options.want() - (offset - options.offset);
    const { page, asked } = await fetchFitting(options, { offset, wanted, large }, call);
    const facts = options.look(page);
    const count = facts.keys.length;
    const isAll = isDoubted && options.shown?.ignoresSize === true && count === seen.size;
    if (isAll && facts.keys.every((key) => seen.has(key))) return { pages, total: total ?? null, more: false, call };
    if (facts.keys.some((key) => seen.has(key))) return { keys: [...seen, ...facts.keys] };
    for (const key of facts.keys) seen.add(key);
    const signs = { ...signsOf({ ...facts, offset, asked, count }, full), shown: options.shown };
    options.shown?.saw(signs);
    const more = await moreBehindAsked(signs, async () => countsOf(options, await options.fetch(0, 1, call)));
    isDoubted = pages.length === 0 && isUntold(signs);
    full = Math.min(full ?? Infinity, count);
    pages.push(page);
    total = total === undefined || total === facts.total ? facts.total : null;
    offset += count;
    if (more === false || offset - options.offset >= options.want()) return { pages, total, more, call };
  }
}

function countsOf<P>(options: RunOptions<P>, page: P): { readonly count: number; readonly total: number | null } {
  const { keys, total } = options.look(page);
  return { count: keys.length, total };
}

/** Fetches a page of as many rows as fit into an answer. */
async function fetchFitting<P>(
  { fetch, fitting }: RunOptions<P>,
  { offset, wanted, large }: { readonly offset: number; readonly wanted: number; readonly large: TooLargeRows },
  call: Call,
): Promise<{ readonly page: P; readonly asked: number }> {
  if (fitting === undefined) return { page: await fetch(offset, wanted, call), asked: wanted };
  try {
    const fitted = await fitting.size.fit(wanted, (rows) => fetch(offset, rows, call));
    large.read();
    return fitted;
  } catch (error) {
    if (!(error instanceof AnswerTooLarge)) throw error;
    return { page: fitting.tooLarge(large.at(offset, error)), asked: 1 };
  }
}
