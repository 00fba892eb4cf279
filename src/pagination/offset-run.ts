import { moreBehind } from './offset-page.ts';
import type { PageFacts } from './offset-page.ts';
import { EndlessList, PageGuard, REPEATS } from './page-guard.ts';

interface RunOptions<P> {
  readonly source: string;
  /** Where the run begins. */
  readonly offset: number;
  /** How many rows it should have. Asked again after each page: a vendor may say only there how many it gives. */
  want(): number;
  fetch(offset: number, limit: number): Promise<P>;
  /** A key of each row of the page, and what the vendor says beside them. */
  look(page: P): PageFacts & { readonly keys: readonly string[] };
}

export interface Run<P> {
  readonly pages: readonly P[];
  /** What the vendor counts in all; null where it does not say, or where that changed meanwhile. */
  readonly total: number | null;
  /** Are there rows behind the run? Null: only another call can tell. */
  readonly more: boolean | null;
}

/**
 * Rows from an offset on, in as many native pages as the vendor makes of them: it may give fewer rows than it was asked
 * for, with or without a word. Throws SOURCE_BAD_RESPONSE where it gives the same rows again and again.
 */
export async function readRun<P>(options: RunOptions<P>): Promise<Run<P>> {
  const guard = new PageGuard(options.source);
  const pages: P[] = [];
  let total: number | null | undefined;
  for (let offset = options.offset; ;) {
    const asked = options.want() - (offset - options.offset);
    const page = await options.fetch(offset, asked);
    const facts = options.look(page);
    const count = facts.keys.length;
    const more = moreBehind({ ...facts, offset, asked, count });
    pages.push(page);
    total = total === undefined || total === facts.total ? facts.total : null;
    offset += count;
    if (more === false || offset - options.offset >= options.want()) return { pages, total, more };
    if (guard.isStuck(guard.isNew(facts.keys))) throw new EndlessList(options.source, REPEATS);
  }
}
