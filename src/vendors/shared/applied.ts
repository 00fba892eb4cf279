import type { LogFilter } from '../../domain/log-filter.ts';

/** True if the vendor applies every given field of the filter. */
export function appliesAll(filter: LogFilter, applied: readonly (keyof LogFilter)[]): boolean {
  const given = Object.entries(filter) as [keyof LogFilter, unknown][];
  return given.every(([field, value]) => value === undefined || applied.includes(field));
}
