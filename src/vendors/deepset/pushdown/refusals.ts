import type { Comparison, FilterField } from './odata.ts';

/** The vendor refused a filter (400 or 422). Used only inside this folder. */
export class FilterRefused extends Error {
  readonly fields: readonly FilterField[];

  constructor(comparisons: readonly Comparison[], cause: unknown) {
    super('The source does not take this filter.', { cause });
    this.fields = comparisons.map(({ field }) => field);
  }
}

/** Remembers the fields, alone or together, by which a source has refused to filter. */
export class RefusedFields {
  readonly #refused = new Set<string>();

  add(fields: readonly FilterField[]): void {
    this.#refused.add(nameOf(fields));
  }

  /** Removes a refusal that had another cause. */
  remove(fields: readonly FilterField[]): void {
    this.#refused.delete(nameOf(fields));
  }

  /** True if these fields may be sent together: neither all nor some of them have been refused. */
  allow(fields: readonly FilterField[]): boolean {
    const subsets = fields.length === 2 ? [...fields.map((field) => [field]), fields] : [fields];
    return subsets.every((subset) => !this.#refused.has(nameOf(subset)));
  }
}

function nameOf(fields: readonly FilterField[]): string {
  return [...fields].sort().join(' ');
}
