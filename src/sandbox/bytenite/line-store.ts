import { groupOf } from './lines.ts';
import type { ByteNiteLine } from './lines.ts';

/** The lines of a job that belong to one group of an answer, as indexes into its store. */
export interface LineGroup {
  readonly name: string;
  readonly indexes: Uint32Array;
}

/** The lines of one job: computed ones first, then written ones. Computed lines are not stored, only their groups. */
export class LineStore {
  readonly #written: ByteNiteLine[] = [];
  #computed: { readonly count: number; readonly line: (index: number) => ByteNiteLine } | null = null;
  #groups: readonly LineGroup[] | null = null;

  write(lines: readonly ByteNiteLine[]): void {
    // Refuse a line with an unknown step here, where the mistake was made.
    for (const line of lines) groupOf(line);
    for (const line of lines) this.#written.push(line);
    this.#groups = null;
  }

  compute(count: number, line: (index: number) => ByteNiteLine): void {
    this.#computed = { count, line };
    this.#groups = null;
  }

  get count(): number {
    return (this.#computed?.count ?? 0) + this.#written.length;
  }

  /** True if lines with ascending indexes are also ascending in time. */
  get sorted(): boolean {
    return this.#written.length === 0;
  }

  line(index: number): ByteNiteLine {
    const computed = this.#computed;
    const line =
      computed !== null && index < computed.count
        ? computed.line(index)
        : this.#written[index - (computed?.count ?? 0)];
    if (line === undefined) throw new RangeError(`There is no line ${index}.`);
    return line;
  }

  groups(): readonly LineGroup[] {
    this.#groups ??= this.#group();
    return this.#groups;
  }

  #group(): readonly LineGroup[] {
    const numbers = new Map<string, number>();
    const sizes: number[] = [];
    const members = new Uint32Array(this.count);
    for (let index = 0; index < members.length; index += 1) {
      const name = groupOf(this.line(index));
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      members[index] = number;
      sizes[number] = (sizes[number] ?? 0) + 1;
    }
    const groups = [...numbers.keys()].map((name, number) => ({ name, indexes: new Uint32Array(sizes[number] ?? 0) }));
    const filled = groups.map(() => 0);
    for (const [index, number] of members.entries()) {
      const at = filled[number] ?? 0;
      const group = groups[number];
      if (group !== undefined) group.indexes[at] = index;
      filled[number] = at + 1;
    }
    return groups;
  }
}
