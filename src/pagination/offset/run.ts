import { freshCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import { signsOf } from './page.ts';
import type { PageFacts } from './page.ts';
import { unsearchable } from '../numbered/locate.ts';
import { AnswerTooLarge } from '../../domain/errors.ts';
import type { UnreadableRow } from '../../domain/ordered.ts';
import { moreBehind } from '../core/page-end.ts';
import { EndlessList, REPEATS } from '../core/page-guard.ts';
import { TooLargeRows } from '../core/page-size.ts';
import type { PageSize } from '../core/page-size.ts';

/** How often rows may move between the pages of one run before it gives up. */
const MOST_TRIES = 32;

interface RunOptions<P> {
  readonly source: string;
  /** Where the run begins. */
  readonly offset: number;
  /** How many rows it should have. Asked again after each page: a vendor may say only there how many it gives. */
  want(): number;
  readonly call: Call;
  /** `call` is another one where rows have moved: what it remembers is not of use any more. */
  readonly fetch: (offset: number, limit: number, call: Call) => Promise<P>;
  /** Left out: `fetch` fits its own pages into an answer. */
  readonly fitting?: {
    /** How many rows fit into an answer. */
    readonly size: PageSize;
    /** A page of what stands for a row that does not fit by itself. */
    tooLarge(row: UnreadableRow): P;
  };
  /** A key of each row of the page, and what the vendor says beside them. */
  /** The shortest page of the list that others have followed, where one was read before this run. */
  readonly full?: number | null;
  look(page: P): PageFacts & { readonly keys: readonly string[] };
}

export interface Run<P> {
  /** The call that the pages were asked for with. */
  readonly call: Call;
  readonly pages: readonly P[];
  /** What the vendor counts in all; null where it does not say, or where that changed meanwhile. */
  readonly total: number | null;
  /** Are there rows behind the run? Null: only another call can tell. */
  readonly more: boolean | null;
}

/**
 * Rows from an offset on, in as many native pages as the vendor makes of them: it may give fewer rows than it was asked
 * for, with or without a word. A row that comes twice was pushed on by new rows before it, or the vendor repeats itself:
 * the run begins again. Throws SOURCE_BAD_RESPONSE where it gives the same rows twice, and SOURCE_UNAVAILABLE where
 * they move each time.
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

/** The run, or the keys of its rows up to the page on which a row came again. */
async function tryRun<P>(options: RunOptions<P>, call: Call): Promise<Run<P> | { readonly keys: readonly string[] }> {
  const seen = new Set<string>();
  const pages: P[] = [];
  let total: number | null | undefined;
  const large = new TooLargeRows();
  /** The shortest page that others followed. */
  let full = options.full ?? null;
  for (let offset = options.offset; ;) {
    const wanted = options.want() - (offset - options.offset);
    const { page, asked } = await fetchFitting(options, { offset, wanted, large }, call);
    const facts = options.look(page);
    const count = facts.keys.length;
    if (facts.keys.some((key) => seen.has(key))) return { keys: [...seen, ...facts.keys] };
    for (const key of facts.keys) seen.add(key);
    const more = moreBehind(signsOf({ ...facts, offset, asked, count }, full));
    full = Math.min(full ?? Infinity, count);
    pages.push(page);
    total = total === undefined || total === facts.total ? facts.total : null;
    offset += count;
    if (more === false || offset - options.offset >= options.want()) return { pages, total, more, call };
  }
}

/** A page of as many rows as fit into an answer. */
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
