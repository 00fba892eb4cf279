import type { Comparison, FilterField } from './odata.ts';

/** The vendor did not take a filter (400; 422 is tolerated as well). Never leaves this folder. */
export class FilterRefused extends Error {
  readonly fields: readonly FilterField[];

  constructor(comparisons: readonly Comparison[], cause: unknown) {
    super('The source does not take this filter.', { cause });
    this.fields = comparisons.map(({ field }) => field);
  }
}

/** Which fields, alone or together, a source has refused to filter by. */
export class Refusals {
  readonly #refused = new Set<string>();

  add(fields: readonly FilterField[]): void {
    this.#refused.add(nameOf(fields));
  }

  /** What was held against the filter had another cause. */
  remove(fields: readonly FilterField[]): void {
    this.#refused.delete(nameOf(fields));
  }

  /** May these be asked together? Not when they, or some of them, have been refused. */
  allow(fields: readonly FilterField[]): boolean {
    const subsets = fields.length === 2 ? [...fields.map((field) => [field]), fields] : [fields];
    return subsets.every((subset) => !this.#refused.has(nameOf(subset)));
  }
}

function nameOf(fields: readonly FilterField[]): string {
  return [...fields].sort().join(' ');
}
