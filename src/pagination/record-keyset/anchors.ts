import type { Direction } from '../../domain/ordered.ts';
import type { Hint } from '../core/partition.ts';
import { least } from './scale.ts';
import type { RecordScale } from './scale.ts';
import type { Anchor } from './walk.ts';

/** A record that may still become an anchor of a hint, or that the reach of other records depends on. */
export interface Seen {
  readonly id: string;
  readonly nameless: boolean;
  readonly offset: number | null;
  readonly far: bigint;
  /** Rows of this record and of earlier ones lie before this, as far as no record that follows extends it. */
  readonly reaches: bigint;
  /** How many neighbours had been seen up to this record. */
  readonly turn: number;
  /** All rows of this record and of earlier ones lie before this; null until enough records have followed. */
  passedAt: bigint | null;
  /** All rows of this record and of later ones lie beyond this; null: the records that decide it were not seen. */
  readonly aheadAt: bigint | null;
}

/** Makes the hints of rows, in walk order, from the records that the walk has seen. */
export class Anchors {
  readonly #seen: readonly Seen[];
  readonly #scale: RecordScale;
  readonly #direction: Direction;
  /** The anchor before the first record; undefined: unknown. */
  readonly #origin: Hint | undefined;
  /** For each record, the least `passedAt` of it and all later ones; null: none has any. */
  readonly #passed: (bigint | null)[];
  #behind = -1;
  #ahead = 0;

  constructor(seen: readonly Seen[], scale: RecordScale, direction: Direction, origin: Anchor | null | undefined) {
    this.#seen = seen;
    this.#scale = scale;
    this.#direction = direction;
    this.#origin = origin === undefined ? undefined : written(origin);
    this.#passed = Array.from({ length: seen.length }, () => null);
    let passed: bigint | null = null;
    for (let at = seen.length - 1; at >= 0; at -= 1) {
      const { nameless, passedAt } = seen[at] as Seen;
      if (!nameless && passedAt !== null) passed = least(passedAt, passed ?? passedAt);
      this.#passed[at] = passed;
    }
  }

  /** The hint of a row: the nearest records on either side that cannot have a row beyond it. Call it for rows in walk order. */
  hintAt(at: bigint, atEnd: boolean): Hint | null {
    const seen = this.#seen;
    for (let next = this.#behind + 1; next < seen.length; next += 1) {
      const passed = this.#passed[next] ?? null;
      if (passed === null || passed >= at) break;
      this.#behind = next;
    }
    for (; this.#ahead < seen.length; this.#ahead += 1) {
      const { nameless, aheadAt } = seen[this.#ahead] as Seen;
      if (!nameless && aheadAt !== null && aheadAt > at) break;
    }
    const [behind, ahead] = [seen[this.#behind], seen[this.#ahead]];
    const back = behind === undefined ? this.#origin : this.#written(behind, behind.passedAt);
    const front = ahead === undefined ? (atEnd ? null : undefined) : this.#written(ahead, ahead.aheadAt);
    if (back === undefined || front === undefined) return null;
    return this.#direction === 'forward' ? [back, front] : [front, back];
  }

  #written({ id, offset }: Seen, bound: bigint | null): Hint {
    return written({ id, offset, bound: this.#scale.along(bound ?? 0n) });
  }
}

/** An anchor in the form of a hint; null means that end of the log. */
function written(anchor: Anchor | null): Hint {
  return anchor === null ? null : [anchor.id, anchor.offset, String(anchor.bound)];
}
