import type { LogEntry } from '../../../domain/log-entry.ts';
import type { TailArguments } from '../../api.ts';
import { checkTimeBounds } from '../../arguments.ts';
import { checkLogFilter, entryPredicate } from '../../logs/filter.ts';

/** What a subscriber wants to see: its whole filter, applied to what a feed has for everybody. */
export function acceptFilter(args: TailArguments): (entry: LogEntry) => boolean {
  const { since, until, ...filter } = args.filter ?? {};
  checkLogFilter(filter);
  const bounds = checkTimeBounds({ since, until });
  const predicate = entryPredicate(filter);
  return (entry) => {
    if (bounds.since !== null && entry.time < bounds.since) return false;
    if (bounds.before !== null && entry.time >= bounds.before) return false;
    return predicate?.(entry) ?? true;
  };
}
