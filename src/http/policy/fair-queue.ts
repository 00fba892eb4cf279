import type { Asker } from '../../domain/call.ts';

/** The waiting items of one caller. */
interface CallerItems<T> {
  /** In turn order: the operation that is next comes first. */
  readonly operations: Map<Asker, Set<T>>;
  size: number;
}

/** An item, and the operation whose turn it has. */
interface Head<T> {
  readonly asker: Asker;
  readonly item: T;
}

/** Whether the next item of a caller may go now. Else it is another caller's turn. */
type MayGo<T> = (asker: Asker, item: T) => boolean;

const anyone = (): boolean => true;

/**
 * A queue of items by caller and operation. Callers take turns, and so do the operations of one caller. Items of one
 * operation keep their order. A caller's next item therefore waits for at most one item of each other caller.
 */
export class FairQueue<T> {
  /** In turn order: the caller that is next comes first. An operation without a caller counts as a separate caller. */
  readonly #callers = new Map<string | Asker, CallerItems<T>>();
  #size = 0;

  /** The number of waiting items. */
  get size(): number {
    return this.#size;
  }

  /** The number of waiting items of the operation's caller. */
  sizeFor(asker: Asker): number {
    return this.#callers.get(asker.caller ?? asker)?.size ?? 0;
  }

  add(asker: Asker, item: T): void {
    const caller = entryOf(this.#callers, asker.caller ?? asker, () => ({
      operations: new Map<Asker, Set<T>>(),
      size: 0,
    }));
    const items = entryOf(caller.operations, asker, () => new Set<T>());
    if (items.has(item)) return;
    items.add(item);
    caller.size += 1;
    this.#size += 1;
  }

  remove(asker: Asker, item: T): void {
    const caller = this.#callers.get(asker.caller ?? asker);
    const items = caller?.operations.get(asker);
    if (caller === undefined || items?.delete(item) !== true) return;
    caller.size -= 1;
    this.#size -= 1;
    if (items.size === 0) caller.operations.delete(asker);
    if (caller.size === 0) this.#callers.delete(asker.caller ?? asker);
  }

  /** The next item, of a caller that may go now, or null if there is none. */
  next(mayGo: MayGo<T> = anyone): T | null {
    return this.#head(mayGo)?.item ?? null;
  }

  /** Takes the next item, then moves its caller and its operation to the end of their turns. */
  take(mayGo: MayGo<T> = anyone): Head<T> | null {
    const head = this.#head(mayGo);
    if (head === null) return null;
    const { asker, item } = head;
    this.remove(asker, item);
    this.pass(asker);
    return head;
  }

  /** The operation whose turn it is. Null: none waits. */
  nextAsker(): Asker | null {
    return this.#head(anyone)?.asker ?? null;
  }

  /** Moves an operation and its caller to the end of their turns. */
  pass(asker: Asker): void {
    const caller = this.#callers.get(asker.caller ?? asker);
    if (caller === undefined) return;
    putLast(caller.operations, asker);
    putLast(this.#callers, asker.caller ?? asker);
  }

  #head(mayGo: MayGo<T>): Head<T> | null {
    for (const caller of this.#callers.values()) {
      const head = headOf(caller);
      if (head !== null && mayGo(head.asker, head.item)) return head;
    }
    return null;
  }
}

function headOf<T>({ operations }: CallerItems<T>): Head<T> | null {
  for (const [asker, items] of operations) for (const item of items) return { asker, item };
  return null;
}

function entryOf<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}

function putLast<K, V>(map: Map<K, V>, key: K): void {
  const value = map.get(key);
  if (value === undefined) return;
  map.delete(key);
  map.set(key, value);
}
