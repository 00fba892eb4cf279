/** The fields of a log that the vendor's filter is known to accept. */
export type FilterField = 'level' | 'origin';

/** An exact match. The vendor's filter supports only these, joined by `and`. */
export interface Comparison {
  readonly field: FilterField;
  readonly value: string;
}

/**
 * Writes comparisons as an OData filter; undefined: there are none. Quotes inside a value are doubled, so a value is
 * always a single literal and cannot change the filter.
 */
export function filterText(comparisons: readonly Comparison[]): string | undefined {
  if (comparisons.length === 0) return undefined;
  return comparisons.map(({ field, value }) => `${field} eq '${value.replaceAll("'", "''")}'`).join(' and ');
}
