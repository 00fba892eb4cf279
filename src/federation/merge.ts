import type { Call } from '../domain/call.ts';
import { isBeyond, startOfInstant } from '../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../domain/ordered.ts';
import type { Json } from '../domain/json.ts';
import type { Hint, Partition } from '../pagination/partition.ts';
import type { CursorState, MergedPosition, PartitionMark } from './cursor.ts';

/**
 * A streaming k-way merge of partitions. The merged order is time, then scope, then partition, then the
 * row's own tie-break: a total order, so that one position says where every partition stands. Only a
 * partition that failed has a place of its own.
 */

/** One partition and where it belongs. */
export interface Slot<T extends Ordered> {
  /** Index in the connection's sorted list of scopes. */
  readonly scope: number;
  readonly partition: Partition<T>;
}

export interface MergedRow<T extends Ordered> {
  readonly row: T;
  readonly slot: Slot<T>;
  readonly hint: Hint | null;
}

export interface MergeOptions<T extends Ordered> {
  readonly slots: readonly Slot<T>[];
  readonly direction: Direction;
  /** Exclusive; null: from the beginning or end. */
  readonly from: CursorState | null;
  /** Exclusive end; null: none. */
  readonly until: CursorState | null;
  /** Half-open bounds of time, nanoseconds. */
  readonly since: bigint | null;
  readonly before: bigint | null;
  readonly need: number;
  readonly accept?: ((row: T, slot: Slot<T>) => boolean) | undefined;
}

/** A partition that gave an error, or said that part of it is out of reach. */
export interface SlotFailure<T extends Ordered> {
  readonly slot: Slot<T>;
  readonly error: unknown;
  /** The rest of the partition is still there; only some rows are missing. */
  readonly partial: boolean;
}

export class Merge<T extends Ordered> {
  readonly #options: MergeOptions<T>;
  readonly #lanes: Lane<T>[];
  readonly #failures: SlotFailure<T>[] = [];

  constructor(options: MergeOptions<T>, call: Call) {
    this.#options = options;
    this.#lanes = options.slots.map((slot) => new Lane(slot, options, call));
  }

  get failures(): readonly SlotFailure<T>[] {
    return this.#failures;
  }

  /** Native pages read so far. */
  get pages(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.pages, 0);
  }

  /** The next row in merged order, whether the filter accepts it or not; null at the end. */
  async next(): Promise<MergedRow<T> | null> {
    await this.#fill();
    const lane = this.#first();
    if (lane === null) return null;
    const row = lane.take();
    return row === null ? null : { row, slot: lane.slot, hint: lane.hintOf(row) };
  }

  /** Is there surely a further row, surely none, or is it not known without asking a vendor? */
  peek(): boolean | null {
    if (this.#lanes.some((lane) => lane.head !== null)) return true;
    if (this.#lanes.some((lane) => lane.isOpen && lane.more === true)) return true;
    return this.#lanes.some((lane) => lane.isOpen && lane.more !== false) ? null : false;
  }

  /** Is a row in reach that needs no further call? */
  hasReady(): boolean {
    return this.#lanes.every((lane) => lane.head !== null || !lane.isOpen);
  }

  /**
   * How to go on from `base`, when `taken` holds the last row that was taken from each partition: hints,
   * and the own places of partitions that are behind because their source failed, now or on an earlier page.
   */
  marks(taken: ReadonlyMap<Slot<T>, MergedRow<T>>, base: MergedPosition): PartitionMark[] {
    const marks: PartitionMark[] = [];
    for (const lane of this.#lanes) {
      const { slot } = lane;
      if (isFailedScope(slot.partition)) {
        marks.push(...this.#marksOfScope(slot.scope));
        continue;
      }
      const last = taken.get(slot);
      const mark = {
        scope: slot.scope,
        partition: slot.partition.key,
        hint: last === undefined ? lane.startHint : last.hint,
      };
      const place = last?.row ?? lane.start ?? untouched(this.#options.direction);
      const isBehind = lane.mayBeBehind && this.#isBehind(positionIn(slot, place), base);
      if (isBehind) marks.push({ ...mark, at: { time: place.time, tie: place.tie } });
      else if (mark.hint !== null) marks.push(mark);
    }
    return marks;
  }

  /** A scope whose partitions could not be named stays where this page began, each partition at its place. */
  #marksOfScope(scope: number): PartitionMark[] {
    const { from, direction } = this.#options;
    const carried = from?.marks.filter((mark) => mark.scope === scope) ?? [];
    if (carried.some(({ whole }) => whole === true)) return carried;
    const place = from?.position ?? { ...untouched(direction), scope, partition: '' };
    const at = { time: place.time, tie: place.tie };
    return [...carried, { scope, partition: '', hint: [place.scope, place.partition], at, whole: true }];
  }

  /** The common position after a row: one that a page has begun behind is not given up for an earlier row. */
  baseAt(position: MergedPosition): MergedPosition {
    const from = this.#options.from?.position;
    return from !== undefined && !isUntouched(from) && this.#isBehind(position, from) ? from : position;
  }

  #isBehind(position: MergedPosition, base: MergedPosition): boolean {
    const order = compareMerged(position, base);
    return this.#options.direction === 'forward' ? order < 0 : order > 0;
  }

  /** Stops all reading. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  /** Gives every open lane a head: those without one ask their vendors side by side. */
  async #fill(): Promise<void> {
    const empty = this.#lanes.filter((lane) => lane.head === null && lane.isOpen);
    if (empty.length === 0) return;
    await Promise.all(
      empty.map(async (lane) => {
        try {
          const truncated = await lane.refill();
          for (const error of truncated) this.#failures.push({ slot: lane.slot, error, partial: true });
        } catch (error) {
          this.#failures.push({ slot: lane.slot, error, partial: false });
        }
      }),
    );
  }

  #first(): Lane<T> | null {
    let best: Lane<T> | null = null;
    for (const lane of this.#lanes) {
      if (lane.head === null) continue;
      const ahead = best?.head ?? null;
      if (best === null || ahead === null || this.#comesBefore(lane, lane.head, best, ahead)) best = lane;
    }
    return best;
  }

  #comesBefore(a: Lane<T>, rowA: T, b: Lane<T>, rowB: T): boolean {
    const order = compareMerged(positionIn(a.slot, rowA), positionIn(b.slot, rowB));
    return this.#options.direction === 'forward' ? order < 0 : order > 0;
  }
}

export function positionIn<T extends Ordered>(slot: Slot<T>, row: Position): MergedPosition {
  return { time: row.time, tie: row.tie, scope: slot.scope, partition: slot.partition.key };
}

/** The total order of a merged connection. */
export function compareMerged(a: MergedPosition, b: MergedPosition): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  const slots = compareSlots(a, b);
  if (slots !== 0) return slots;
  return a.tie === b.tie ? 0 : a.tie < b.tie ? -1 : 1;
}

function compareSlots(a: { scope: number; partition: string }, b: { scope: number; partition: string }): number {
  if (a.scope !== b.scope) return a.scope - b.scope;
  return a.partition === b.partition ? 0 : a.partition < b.partition ? -1 : 1;
}

/** One partition being read, with the rows of its last batch that are not taken yet. */
class Lane<T extends Ordered> {
  readonly slot: Slot<T>;
  readonly start: Position | null;
  readonly startHint: Hint | null;
  readonly #rows: AsyncGenerator<
    {
      rows: readonly T[];
      more: boolean | null;
      pages: number;
      hints: readonly (Hint | null)[];
      truncated?: string | undefined;
    },
    void,
    undefined
  >;
  readonly #hints = new WeakMap<T, { readonly hint: Hint | null }>();
  #buffer: readonly T[] = [];
  #index = 0;
  #open = true;
  #failed = false;
  readonly #wasBehind: boolean;
  #more: boolean | null = null;
  #pages = 0;

  constructor(slot: Slot<T>, options: MergeOptions<T>, call: Call) {
    this.slot = slot;
    const mark = markOf(slot, options.from);
    const bounds = boundsOf(slot, options, mark?.at);
    this.start = bounds.from;
    this.#wasBehind = mark?.at !== undefined;
    this.startHint = mark?.hint ?? null;
    const accept = options.accept;
    // Between which rows of partitions without a name the bounds lie is not known: the failure has to show.
    if (bounds.isEmpty && !isFailedScope(slot.partition)) this.#open = false;
    this.#rows = slot.partition.read(
      {
        direction: options.direction,
        from: bounds.from,
        hint: this.startHint,
        until: bounds.until,
        need: options.need,
        prefetch: options.slots.length === 1 && accept === undefined,
        ...(accept === undefined ? {} : { accept: (row: T) => accept(row, slot) }),
      },
      call,
    );
  }

  get head(): T | null {
    return this.#buffer[this.#index] ?? null;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Did its source fail, or had it failed before the page that this one follows? */
  get mayBeBehind(): boolean {
    return this.#failed || this.#wasBehind;
  }

  get more(): boolean | null {
    return this.#more;
  }

  get pages(): number {
    return this.#pages;
  }

  /** The hint that came with a row of this lane. */
  hintOf(row: T): Hint | null {
    return this.#hints.get(row)?.hint ?? null;
  }

  take(): T | null {
    const row = this.head;
    if (row === null) return null;
    this.#index += 1;
    return row;
  }

  /** Asks the vendor until there is a row or the end. Returns what it says is out of reach. */
  async refill(): Promise<readonly Error[]> {
    const truncated: Error[] = [];
    try {
      for (;;) {
        const step = await this.#rows.next();
        if (step.done === true) {
          this.#open = false;
          return truncated;
        }
        const batch = step.value;
        this.#pages += batch.pages;
        this.#more = batch.more;
        if (batch.truncated !== undefined) truncated.push(new Error(batch.truncated));
        this.#buffer = batch.rows;
        this.#index = 0;
        batch.rows.forEach((row, i) => this.#hints.set(row, { hint: batch.hints[i] ?? null }));
        if (batch.rows.length > 0) return truncated;
      }
    } catch (error) {
      this.#open = false;
      this.#failed = true;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#open = false;
    await this.#rows.return(undefined);
  }
}

/** What stands for scopes: known as such by itself, since any text can be the key of a partition. */
const failedScopes = new WeakSet<object>();

function isFailedScope(partition: object): boolean {
  return failedScopes.has(partition);
}

/** Stands for the partitions of a scope that could not be named: reading or counting it gives the error. */
export function failedScope<T extends Ordered>(error: unknown): Partition<T> {
  const failed = async (): Promise<never> => {
    await Promise.resolve();
    throw error;
  };
  const partition: Partition<T> = {
    key: '',
    // eslint-disable-next-line require-yield -- it has no rows, only the error
    async *read() {
      await failed();
    },
    count: failed,
  };
  failedScopes.add(partition);
  return partition;
}

/** What a cursor says about a partition: itself, or as one of a scope whose partitions could not be named then. */
function markOf<T extends Ordered>(
  slot: Slot<T>,
  from: CursorState | null,
): Pick<PartitionMark, 'at' | 'hint'> | undefined {
  const marks = from?.marks.filter((mark) => mark.scope === slot.scope);
  const own = marks?.find((mark) => mark.whole !== true && mark.partition === slot.partition.key);
  const all = marks?.find((mark) => mark.whole === true);
  if (own?.at !== undefined || all?.at === undefined) return own;
  const [scope, partition] = Array.isArray(all.hint) ? (all.hint as readonly Json[]) : [];
  if (typeof scope !== 'number' || typeof partition !== 'string') return own;
  const at = placeIn(slot, { ...all.at, scope, partition });
  return { hint: own?.hint ?? null, ...(at === null ? {} : { at }) };
}

/** Where a partition's own read begins and ends, from positions in the merged order. */
function boundsOf<T extends Ordered>(
  slot: Slot<T>,
  options: MergeOptions<T>,
  own: Position | undefined,
): { from: Position | null; until: Position | null; isEmpty: boolean } {
  const { direction, since, before } = options;
  const [nearTime, farTime] = direction === 'forward' ? [since, before] : [before, since];
  const near = nearTime === null ? null : startOfInstant(nearTime);
  const far = farTime === null ? null : startOfInstant(farTime);
  const resumed = own ?? placeIn(slot, options.from?.position);
  // A partition that failed before its first row stands at that end: all of it lies ahead, or none.
  if (resumed !== null && resumed.time === untouched(opposite(direction)).time)
    return { from: null, until: null, isEmpty: true };
  const from = further(resumed === null || isUntouched(resumed) ? null : resumed, near, direction);
  const until = further(placeIn(slot, options.until?.position), far, opposite(direction));
  const isEmpty = from !== null && until !== null && !isBeyond(until, from, direction);
  return { from, until, isEmpty };
}

/**
 * The exclusive bound for one partition of a position in the merged order. Rows of the same instant in
 * partitions that come earlier in the order are before it, those in later ones behind it.
 */
function placeIn<T extends Ordered>(slot: Slot<T>, position: MergedPosition | undefined): Position | null {
  if (position === undefined) return null;
  const order = compareSlots({ scope: slot.scope, partition: slot.partition.key }, position);
  if (order === 0 || isUntouched(position)) return { time: position.time, tie: position.tie };
  return startOfInstant(order < 0 ? position.time + 1n : position.time);
}

/** Where a partition stands of which nothing was read yet by a walk in that direction. */
export function untouched(direction: Direction): Position {
  return { time: direction === 'forward' ? -(1n << 80n) : 1n << 80n, tie: '' };
}

/** Is this no row's place, but that of a walk that has not begun? */
function isUntouched({ time }: Position): boolean {
  return time === untouched('forward').time || time === untouched('backward').time;
}

function opposite(direction: Direction): Direction {
  return direction === 'forward' ? 'backward' : 'forward';
}

/** The one of two exclusive bounds that leaves less to read in that direction. */
function further(a: Position | null, b: Position | null, direction: Direction): Position | null {
  if (a === null || b === null) return a ?? b;
  return isBeyond(b, a, direction) ? b : a;
}
