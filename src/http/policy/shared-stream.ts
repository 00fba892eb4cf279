import { asError } from '../../domain/errors.ts';
import { Caller } from './caller.ts';

/**
 * Called when a stream begins, always before its end, and again whenever a broken stream starts over. Then discard the
 * items of the earlier sink. A sink takes items one by one and synchronously.
 */
export type Begin<T> = () => (item: T) => void;

/** Starts a stream; calls `begin` when items are about to arrive. */
export type Start<T> = (shared: Caller, begin: Begin<T>) => Promise<void>;

/** Shares one stream among callers that ask the same thing at the same time. */
export interface SharedStreams {
  /**
   * Joins the stream under `key` if it has given no item yet, or else starts one. Resolves at the stream's end. A later
   * caller would miss items, and no item is kept for replay, so it gets a separate stream.
   *
   * A caller that is cancelled, or whose sink throws, is rejected with that reason and gets no more items; the other
   * callers go on. The stream is cancelled when no caller is left. While it waits for a slot, it has a turn for each of
   * its callers. An error that ends it early rejects all callers. Callers of one key must expect the same type of item,
   * and must not change items. A stream that began before `notBefore` (by `performance.now()`) is not joined but
   * replaced under its key.
   */
  join<T>(key: string, caller: Caller, begin: Begin<T>, start: Start<T>, notBefore?: number): Promise<void>;
}

export function createSharedStreams(): SharedStreams {
  /** Streams that have given no item yet. */
  const joinable = new Map<string, SharedStream>();

  function open<T>(key: string, start: Start<T>, caller: Caller): SharedStream {
    const stream = new SharedStream(caller, () => {
      if (joinable.get(key) === stream) joinable.delete(key);
    });
    joinable.set(key, stream);
    stream.run(start);
    return stream;
  }

  return {
    join(key, caller, begin, start, notBefore = -Infinity) {
      if (caller.cancellation.aborted) return Promise.reject(caller.cancellation.reason);
      const known = joinable.get(key);
      const stream = known !== undefined && known.begun >= notBefore ? known : open(key, start, caller);
      return stream.join(caller, begin);
    },
  };
}

/** One caller of a stream. If its `begin` or its sink throws, it leaves the stream. */
interface Listener {
  readonly begin: () => void;
  readonly take: (item: unknown) => void;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
}

class SharedStream {
  readonly begun = performance.now();
  readonly #shared: Caller;
  readonly #close: () => void;
  readonly #listeners = new Set<Listener>();
  #hasGiven = false;

  /** `close` is called, possibly more than once, when no further caller may join. */
  constructor(first: Caller, close: () => void) {
    this.#shared = new Caller(first.claims);
    this.#close = close;
  }

  run<T>(start: Start<T>): void {
    start(this.#shared, () => this.#begin()).then(
      () => {
        for (const listener of this.#land()) listener.end();
      },
      (error: unknown) => {
        for (const listener of this.#land()) listener.fail(error);
      },
    );
  }

  join<T>(caller: Caller, begin: Begin<T>): Promise<void> {
    const { cancellation } = caller;
    this.#shared.join(caller);
    return new Promise((resolve, reject) => {
      let sink: ((item: T) => void) | undefined;
      const listener: Listener = {
        begin() {
          try {
            sink = begin();
          } catch (error) {
            leave(error);
          }
        },
        take(item) {
          try {
            // Callers of one key expect one type.
            sink?.(item as T);
          } catch (error) {
            leave(error);
          }
        },
        end() {
          forget();
          resolve();
        },
        fail(error) {
          forget();
          reject(asError(error));
        },
      };
      const leave = (reason: unknown): void => {
        listener.fail(reason);
        this.#remove(listener);
      };
      const forget = cancellation.onAbort(() => {
        leave(cancellation.reason);
      });
      this.#listeners.add(listener);
      listener.begin();
    });
  }

  #begin(): (item: unknown) => void {
    // On the first start, each listener already began when it joined.
    if (this.#hasGiven) for (const listener of this.#listeners) listener.begin();
    this.#hasGiven = false;
    return (item) => {
      this.#give(item);
    };
  }

  #give(item: unknown): void {
    if (!this.#hasGiven) this.#close();
    this.#hasGiven = true;
    for (const listener of this.#listeners) listener.take(item);
    if (this.#listeners.size === 0) throw this.#shared.cancellation.reason;
  }

  #remove(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#close();
    this.#shared.cancellation.cancel();
  }

  /** Lets no further caller join. Returns the listeners to tell of the end. */
  #land(): readonly Listener[] {
    this.#close();
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    return listeners;
  }
}
