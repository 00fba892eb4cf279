/** Counts the lines of an answer, in all and per group. */
export class LineCount {
  #all = 0;
  readonly #groups = new Map<string, number>();

  line(group: string): void {
    this.#all += 1;
    this.#groups.set(group, (this.#groups.get(group) ?? 0) + 1);
  }

  /** True if the answer, or one group of it, has exactly the vendor's maximum of lines. */
  reaches(cap: number | null): boolean {
    if (cap === null) return false;
    return this.#all === cap || [...this.#groups.values()].includes(cap);
  }
}
