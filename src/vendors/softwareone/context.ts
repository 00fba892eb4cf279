import { TributaryError } from '../../domain/errors.ts';
import type { SourceHttp } from '../../http/client.ts';
import type { Abilities } from './abilities.ts';

/** What everything that asks one source shares. */
export interface SourceContext {
  readonly http: SourceHttp;
  /** What the source turned out not to be able to do. */
  readonly abilities: Abilities;
  /** Rows of a native page. */
  readonly pageSize: number;
}

/** An answer that can't be used; `what` completes "the source …". */
export function badResponse({ http: { source } }: SourceContext, what: string): TributaryError {
  return new TributaryError('SOURCE_BAD_RESPONSE', `${source}: the source ${what}`, { source });
}
