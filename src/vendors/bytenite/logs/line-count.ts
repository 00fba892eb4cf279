/** Counts the lines of an answer, in all and per group. */
export class LineCount {
  #all = 0;
  readonly #groups = new Map<string, number>();

  line(group: string): void {
    this.#all += 1;
    this.#groups.set(group, (this.#groups.get(group) ?? 0) + 1);
  }

  /** Has the answer, or one group of it, exactly as many lines as the vendor gives at most? */
  reaches(cap: number | null): boolean {
    if (cap === null) return false;
    return this.#all === cap || [...this.#groups.values()].includes(cap);
  }
}
