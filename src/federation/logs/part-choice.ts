import { withArticle } from '../../domain/article.ts';
import { isPartKind } from '../../domain/job.ts';
import type { PartKind } from '../../domain/job.ts';
import type { LogFilter } from '../../domain/log-filter.ts';
import type { LineFilter, SourceScope } from '../api.ts';
import { badInput } from '../arguments.ts';
import { decodeNodeId } from '../node-id.ts';

/** `filter.parts` narrows each job to its own parts, so each of several jobs can have different ones. */

const FIELDS = { Attempt: 'attemptIn', Step: 'stepIn', Task: 'taskIn' } as const satisfies Readonly<
  Record<PartKind, keyof LogFilter>
>;

/**
 * The filter of each scope: the parts of its job, by their keys. A job none of whose parts are named stays whole. Throws
 * BAD_USER_INPUT if an id is not that of an attempt, a step or a task.
 */
export function filtersOfScopes({
  parts = [],
  ...filter
}: Omit<LineFilter, 'since' | 'until'>): (scope: SourceScope) => LogFilter {
  const named = parts.map(partOf);
  return ({ source, scope }) => {
    const own = named.filter((part) => part.source === source && part.job === scope.job);
    const narrowed: { -readonly [F in keyof LogFilter]: LogFilter[F] } = { ...filter };
    for (const field of new Set(own.map((part) => part.field))) {
      const keys = own.filter((part) => part.field === field).map(({ key }) => key);
      narrowed[field] = filter[field]?.filter((key) => keys.includes(key)) ?? keys;
    }
    return narrowed;
  };
}

function partOf(id: string) {
  const { type, keys } = decodeNodeId(id);
  const [source = '', job = '', key = ''] = keys;
  if (isPartKind(type)) return { field: FIELDS[type], source, job, key };
  throw badInput(`filter.parts takes ids of attempts, steps and tasks; this is the id of ${withArticle(type)}.`);
}
