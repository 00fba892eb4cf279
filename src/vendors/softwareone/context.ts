import type { LRUCache } from 'lru-cache';
import { TributaryError } from '../../domain/errors.ts';
import type { SourceHttp } from '../../http/client.ts';
import type { PageSize, PageSizes } from '../../pagination/core/page-size.ts';
import type { Abilities } from './abilities.ts';

/** State shared by all requests to one source. */
export interface SourceContext {
  readonly http: SourceHttp;
  /** The abilities of the source, as far as known. */
  readonly abilities: Abilities;
  /** Rows per native page. */
  readonly pageSize: number;
  /** The page sizes of the logs. */
  readonly sizes: PageSizes;
  /** The page size of lists of tasks. */
  readonly taskRows: PageSize;
  /** The parents of known tasks, which never change. */
  readonly parents: LRUCache<string, string>;
}

/** Most tasks whose parents are remembered. */
export const MOST_PARENTS = 10_000;

/** An answer that can't be used; `what` completes "the source …". */
export function badResponse({ http: { source } }: SourceContext, what: string): TributaryError {
  return new TributaryError('SOURCE_BAD_RESPONSE', `${source}: the source ${what}`, { source });
}
