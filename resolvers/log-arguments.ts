import type { ConnectionArguments, LineFilter, LogArguments } from '../src/federation/api.ts';
import { withoutNulls } from './nulls.ts';
import type { Nullable } from './nulls.ts';

export type FilterInput = Nullable<LineFilter>;

/** The arguments of a `logs` field as GraphQL passes them. */
export interface LogFieldArguments extends ConnectionArguments {
  readonly filter?: FilterInput | null | undefined;
  readonly orderBy?: { readonly direction?: 'ASC' | 'DESC' | null | undefined } | null | undefined;
}

export function logArguments({ first, after, last, before, filter, orderBy }: LogFieldArguments): LogArguments {
  return { first, after, last, before, filter: logFilter(filter), descending: orderBy?.direction === 'DESC' };
}

export function logFilter(filter: FilterInput | null | undefined): LineFilter | null {
  return filter ? withoutNulls<LineFilter>(filter) : null;
}
