import type { OffsetRequest } from '../../../pagination/offset/page.ts';
import type { Ability } from '../abilities.ts';
import {
  atOrAfter,
  atOrBefore,
  ceilMilliseconds,
  floorMilliseconds,
  NANOSECONDS_PER_MILLISECOND,
  writeQuery,
} from '../rql.ts';
import type { Condition } from '../rql.ts';
import type { PushedSeverity } from '../pushdown/severity.ts';
import type { TaskLogWire } from '../wire.ts';

/** The wanted part of a log. */
export interface LogFilters {
  readonly severity: PushedSeverity | null;
}

/** The capabilities that a request for logs uses if the source has them. */
export function abilitiesFor({ since, upTo }: OffsetRequest, { severity }: LogFilters): readonly Ability[] {
  const wanted: Ability[] = ['logs by time', 'logs by time and id'];
  if (since !== undefined || upTo !== undefined) wanted.push('logs within times');
  if (severity !== null) wanted.push('logs of severities');
  return wanted;
}

/** The encoded query of a request, and the capabilities that it uses. */
export function logQuery(request: OffsetRequest, { severity }: LogFilters, used: readonly Ability[]): string {
  const { since, upTo, limit, offset } = request;
  const filter: Condition[] = [];
  if (used.includes('logs within times')) {
    if (since !== undefined) filter.push(atOrAfter('timestamp', since));
    if (upTo !== undefined) filter.push(atOrBefore('timestamp', upTo));
  }
  if (used.includes('logs of severities') && severity !== null) filter.push(severity.condition);
  return writeQuery({ filter, order: orderOf(request, used), limit, offset });
}

/** If no order is requested, the vendor returns the newest first. */
function orderOf({ order }: OffsetRequest, used: readonly Ability[]): string | null {
  if (!used.includes('logs by time')) return null;
  const paths = used.includes('logs by time and id') ? ['timestamp', 'id'] : ['timestamp'];
  return paths.map((path) => (order === 'ascending' ? path : `-${path}`)).join(',');
}

/** True if all rows are within the bounds that were sent to the vendor, in milliseconds. */
export function isWithinBounds(rows: readonly TaskLogWire[], { since, upTo }: OffsetRequest): boolean {
  const first = since === undefined ? null : floorMilliseconds(since) * NANOSECONDS_PER_MILLISECOND;
  const last = upTo === undefined ? null : ceilMilliseconds(upTo) * NANOSECONDS_PER_MILLISECOND;
  return rows.every(
    ({ timestamp: { nanoseconds } }) =>
      (first === null || nanoseconds >= first) && (last === null || nanoseconds <= last),
  );
}
