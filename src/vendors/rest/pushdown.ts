import type { LogFilter, LogFilterField } from '../../domain/log-filter.ts';
import type { LogScope } from '../../domain/log-entry.ts';
import type { Parameters } from './api.ts';
import type { LogOptions } from './options.ts';

/** What the source filters itself. The reader applies all of it again: how exactly the API does is not known. */
export function pushdownOf({ filters, pagination }: LogOptions): readonly LogFilterField[] {
  const isBounded = pagination.scheme === 'time' || (pagination.scheme === 'offset' && pagination.since !== undefined);
  const bounds: readonly LogFilterField[] = isBounded ? ['SINCE', 'UNTIL'] : [];
  return filters.contains === undefined ? bounds : [...bounds, 'CONTAINS'];
}

/** What is sent of a filter; null where no line can match: lines name no attempt, step or task. */
export function filterParameters({ filters }: LogOptions, scope: LogScope, filter: LogFilter): Parameters | null {
  const asked = [scope.attempt, scope.step, scope.task, filter.attemptIn, filter.stepIn, filter.taskIn];
  if (asked.some((part) => part !== undefined)) return null;
  return [[filters.contains, filter.contains]];
}
