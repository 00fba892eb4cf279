import type { LogFilter } from '../src/domain/log-filter.ts';
import type { ConnectionArguments, LogArguments, TimeBounds } from '../src/federation/api.ts';
import { withoutNulls } from './nulls.ts';
import type { Nullable } from './nulls.ts';

export type FilterInput = Nullable<LogFilter & TimeBounds>;

/** The arguments of a `logs` field as GraphQL passes them. */
export interface LogFieldArguments extends ConnectionArguments {
  readonly filter?: FilterInput | null | undefined;
  readonly orderBy?: { readonly direction?: 'ASC' | 'DESC' | null | undefined } | null | undefined;
}

export function logArguments({ first, after, last, before, filter, orderBy }: LogFieldArguments): LogArguments {
  return { first, after, last, before, filter: logFilter(filter), descending: orderBy?.direction === 'DESC' };
}

export function logFilter(filter: FilterInput | null | undefined): (LogFilter & TimeBounds) | null {
  return filter ? withoutNulls<LogFilter & TimeBounds>(filter) : null;
}
