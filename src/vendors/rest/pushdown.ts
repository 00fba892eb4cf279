import { SEVERITY_FIELDS, severityPasses } from '../../domain/log-filter.ts';
import type { LogFilter, LogFilterField } from '../../domain/log-filter.ts';
import type { LogScope } from '../../domain/log-entry.ts';
import { LOG_SEVERITIES, SEVERITY_FLOOR } from '../../domain/severity.ts';
import type { Parameters } from './api.ts';
import type { DescribedLogs } from './options.ts';

/**
 * The filter fields that the source applies. The reader applies them again, because the API's exact behaviour is
 * unknown.
 */
export function pushdownOf({ filters, pagination }: DescribedLogs): readonly LogFilterField[] {
  const isBounded = pagination.scheme === 'time' || (pagination.scheme === 'offset' && pagination.since !== undefined);
  return [
    ...(isBounded ? (['SINCE', 'UNTIL'] as const) : []),
    ...(filters.severity?.separator === undefined ? [] : (['MIN_SEVERITY'] as const)),
    ...(filters.severity === undefined ? [] : (['SEVERITY_IN'] as const)),
    ...(filters.contains === undefined ? [] : (['CONTAINS'] as const)),
  ];
}

/** The parameters for a filter; null: no line can match, because lines name no attempt, step or task. */
export function filterParameters({ filters }: DescribedLogs, scope: LogScope, filter: LogFilter): Parameters | null {
  const asked = [scope.attempt, scope.step, scope.task, filter.attemptIn, filter.stepIn, filter.taskIn];
  if (asked.some((part) => part !== undefined)) return null;
  return [
    [filters.contains, filter.contains],
    [filters.severity?.parameter, levelsAsked(filters.severity, filter)],
  ];
}

/**
 * The words of all wanted levels. Undefined: all levels are wanted, some have no word, or they cannot be sent together.
 */
function levelsAsked(severity: DescribedLogs['filters']['severity'], filter: LogFilter): string | undefined {
  if (severity === undefined || SEVERITY_FIELDS.every((field) => filter[field] === undefined)) return undefined;
  const wanted = LOG_SEVERITIES.filter((one) => severityPasses(SEVERITY_FLOOR[one], filter));
  const words = wanted.map((one) => severity.words[one]);
  if (words.length === 0 || words.includes(undefined)) return undefined;
  const all = words.flatMap((each) => each ?? []);
  return all.length === 1 ? all[0] : severity.separator && all.join(severity.separator);
}
