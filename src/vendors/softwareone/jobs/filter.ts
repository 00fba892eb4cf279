import type { JobFilter } from '../../connector.ts';
import { statusFrom } from '../../../domain/status.ts';
import { STATUSES } from '../mapping.ts';
import { containsIgnoringCase, isIn, isOut } from '../rql.ts';
import type { Condition } from '../rql.ts';
import type { TaskWire } from '../wire.ts';

/** The vendor's own words that its schema has: one that only its prose has can't be named in a filter. */
const NAMED_STATUSES = Object.keys(STATUSES).filter((native) => native !== 'Blocked');

/** Is there no status of this vendor that the filter lets through? */
export function matchesNothing({ statusIn }: JobFilter): boolean {
  if (statusIn === undefined || statusIn.includes('UNKNOWN')) return false;
  return !Object.values(STATUSES).some((status) => statusIn.includes(status));
}

/**
 * The statuses that are asked for. Where those may include words that can't be named, the others are
 * excluded instead. Null: nothing to ask.
 */
export function statusCondition({ statusIn }: JobFilter): Condition | null {
  if (statusIn === undefined) return null;
  const isWanted = (native: string): boolean => statusIn.includes(statusFrom(STATUSES, native));
  const hasUnnamed = isWanted('Blocked') || statusIn.includes('UNKNOWN');
  if (!hasUnnamed) return isIn('status', NAMED_STATUSES.filter(isWanted));
  return isOut(
    'status',
    NAMED_STATUSES.filter((native) => !isWanted(native)),
  );
}

/** The part of the name that is asked for; null when there is none, or it can't be asked for safely. */
export function nameCondition({ nameContains }: JobFilter): Condition | null {
  return nameContains === undefined ? null : containsIgnoringCase('name', nameContains);
}

export function matchesJobFilter(task: TaskWire, { statusIn, nameContains }: JobFilter): boolean {
  if (statusIn?.includes(statusFrom(STATUSES, task.status)) === false) return false;
  const name = (task.name ?? task.id).toLowerCase();
  return nameContains === undefined || name.includes(nameContains.toLowerCase());
}
