import type { JobFilter } from '../../connector.ts';
import { STATUSES, statusOf } from '../facts.ts';
import { containsIgnoringCase, isIn, isOut } from '../rql.ts';
import type { Condition } from '../rql.ts';
import type { TaskWire } from '../wire.ts';

/** The vendor's statuses that its schema has. A filter cannot name those that only the prose has. */
const NAMED_STATUSES = Object.keys(STATUSES).filter((native) => native !== 'Blocked');

/** True if the filter excludes every status of this vendor. */
export function matchesNothing({ statusIn }: JobFilter): boolean {
  if (statusIn === undefined || statusIn.includes('UNKNOWN')) return false;
  return !Object.values(STATUSES).some((status) => statusIn.includes(status));
}

/**
 * The condition on statuses. If the wanted ones may include statuses that a filter cannot name, the condition excludes
 * the others. Null: no condition.
 */
export function statusCondition({ statusIn }: JobFilter): Condition | null {
  if (statusIn === undefined) return null;
  const isWanted = (native: string): boolean => statusIn.includes(statusOf(native));
  const hasUnnamed = isWanted('Blocked') || statusIn.includes('UNKNOWN');
  if (!hasUnnamed) return isIn('status', NAMED_STATUSES.filter(isWanted));
  return isOut(
    'status',
    NAMED_STATUSES.filter((native) => !isWanted(native)),
  );
}

/** The condition on the name; null if there is none, or if it cannot be sent exactly. */
export function nameCondition({ nameContains }: JobFilter): Condition | null {
  return nameContains === undefined ? null : containsIgnoringCase('name', nameContains);
}

export function matchesJobFilter(task: TaskWire, { statusIn, nameContains }: JobFilter): boolean {
  if (statusIn?.includes(statusOf(task.status)) === false) return false;
  const name = (task.name ?? task.id).toLowerCase();
  return nameContains === undefined || name.includes(nameContains.toLowerCase());
}
