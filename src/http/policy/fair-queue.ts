import type { Asker } from '../../domain/call.ts';

/** What waits for one caller. */
interface Waiting<T> {
  /** The operation whose turn is next comes first. */
  readonly operations: Map<Asker, Set<T>>;
  size: number;
}

/**
 * Items that wait, by who asked for them. Callers take turns, so do the operations of one caller, and what one operation asked for
 * comes in its order: a new item waits for at most one item of each other caller.
 */
export class FairQueue<T> {
  /** The caller whose turn is next comes first. An operation without a caller is a caller of its own. */
  readonly #callers = new Map<string | Asker, Waiting<T>>();
  #size = 0;

  /** How many items wait. */
  get size(): number {
    return this.#size;
  }

  /** How many items wait for the caller of that operation. */
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

  /** The item whose turn is next; null: none waits. */
  next(): T | null {
    return this.#head()?.item ?? null;
  }

  /** Takes the item whose turn is next: after it, its caller and its operation are behind all others. */
  take(): T | null {
    const head = this.#head();
    if (head === null) return null;
    const { asker, item } = head;
    const caller = this.#callers.get(asker.caller ?? asker);
    this.remove(asker, item);
    if (caller !== undefined) putLast(caller.operations, asker);
    putLast(this.#callers, asker.caller ?? asker);
    return item;
  }

  #head(): { readonly asker: Asker; readonly item: T } | null {
    for (const { operations } of this.#callers.values()) {
      for (const [asker, items] of operations) for (const item of items) return { asker, item };
    }
    return null;
  }
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
