import type { LogFilter } from '../../../domain/log-filter.ts';
import { SEVERITY_FLOOR, severityOf } from '../../../domain/severity.ts';
import { SEVERITY_NUMBERS } from '../facts.ts';
import { isIn, isOut } from '../rql.ts';
import type { Condition } from '../rql.ts';

/** A filter by severity as the vendor can apply it. */
export interface PushedSeverity {
  readonly condition: Condition;
  /** What the condition lets through, for a row that shows whether the vendor applied it. */
  allows(text: string | null): boolean;
  /** True if the condition is the whole severity filter. False: it lets more through. */
  readonly isExact: boolean;
}

/**
 * What the vendor can do of a filter by severity; null when none is asked for, or it lets everything
 * through. Words that the vendor may invent have no severity: a filter that keeps such lines names the
 * words that it does not want, any other the words that it wants.
 */
export function severityFilterOf(filter: LogFilter): PushedSeverity | null {
  const { minSeverity, severityIn, includeUnspecified } = filter;
  if (minSeverity === undefined && severityIn === undefined) return null;
  const words = Object.keys(SEVERITY_NUMBERS);
  const wanted = words.filter((word) => isWanted(SEVERITY_NUMBERS[word] ?? 0, filter));
  // Which of the two decides about lines without a severity is for the reader to say when both are there.
  const isClear = minSeverity === undefined ? includeUnspecified === undefined : severityIn === undefined;
  const keepsUnspecified = !isClear || (includeUnspecified ?? keepsByDefault(filter));
  if (keepsUnspecified || wanted.length === 0) {
    const unwanted = words.filter((word) => !wanted.includes(word));
    const condition = isOut('severity', unwanted);
    const isExact = isClear && keepsUnspecified;
    return condition && { condition, allows: (text) => text === null || !unwanted.includes(text), isExact };
  }
  const condition = isIn('severity', wanted);
  return condition && { condition, allows: (text) => text !== null && wanted.includes(text), isExact: isClear };
}

function isWanted(number: number, { minSeverity, severityIn }: LogFilter): boolean {
  const reaches = minSeverity === undefined || number >= SEVERITY_FLOOR[minSeverity];
  return reaches && (severityIn === undefined || severityIn.includes(severityOf(number)));
}

function keepsByDefault({ minSeverity, severityIn }: LogFilter): boolean {
  if (minSeverity !== undefined) return SEVERITY_FLOOR[minSeverity] <= SEVERITY_FLOOR.INFO;
  return severityIn?.includes('UNSPECIFIED') === true;
}
