import type { LRUCache } from 'lru-cache';
import { TributaryError } from '../../domain/errors.ts';
import type { SourceHttp } from '../../http/client.ts';
import type { PageSize, PageSizes } from '../../pagination/core/page-size.ts';
import type { Abilities } from './abilities.ts';

/** What everything that asks one source shares. */
export interface SourceContext {
  readonly http: SourceHttp;
  /** What the source turned out not to be able to do. */
  readonly abilities: Abilities;
  /** Rows of a native page. */
  readonly pageSize: number;
  /** How many rows of each log fit into an answer. */
  readonly sizes: PageSizes;
  /** How many tasks of a list do. */
  readonly taskRows: PageSize;
  /** The parents of tasks that have come: they stay. */
  readonly parents: LRUCache<string, string>;
}

/** How many tasks' parents are remembered. */
export const MOST_PARENTS = 10_000;

/** An answer that can't be used; `what` completes "the source …". */
export function badResponse({ http: { source } }: SourceContext, what: string): TributaryError {
  return new TributaryError('SOURCE_BAD_RESPONSE', `${source}: the source ${what}`, { source });
}
