/** The fields of a log that its filter is known to take. */
export type FilterField = 'level' | 'origin';

/** An exact match: all that the vendor's filter can do, besides joining several with `and`. */
export interface Comparison {
  readonly field: FilterField;
  readonly value: string;
}

/**
 * Comparisons as an OData filter; undefined where there are none. A quote inside a value is doubled, so a
 * value is always one literal and can't say anything to the filter.
 */
export function filterText(comparisons: readonly Comparison[]): string | undefined {
  if (comparisons.length === 0) return undefined;
  return comparisons.map(({ field, value }) => `${field} eq '${value.replaceAll("'", "''")}'`).join(' and ');
}
