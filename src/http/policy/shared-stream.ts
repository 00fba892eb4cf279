import { Caller } from './caller.ts';

/**
 * Called when a stream begins, before its end in any case, and again whenever it starts over because it
 * broke: then what the earlier sink got no longer counts. A sink takes items one by one, at once.
 */
export type Begin<T> = () => (item: T) => void;

/** Starts a stream, and later begins to give its items. */
export type Start<T> = (shared: Caller, begin: Begin<T>) => Promise<void>;

/** Shares one stream among callers that ask the same thing at the same time. */
export interface SharedStreams {
  /**
   * Joins the stream under `key` while it has given nothing yet, or starts one; resolves at its end. A
   * caller that comes later would miss items, and none is kept to be repeated: it gets a stream of its own.
   *
   * A caller that is cancelled, or whose sink throws, is rejected with that and gets no more; the others go
   * on. The stream is cancelled when no caller is left, and has a turn of each of them while it waits. What ends
   * it early rejects all. Callers of one key must expect one type of item, and must not change an item.
   * A stream that began before `notBefore` (by `performance.now()`) is not joined, but its place is taken.
   */
  join<T>(key: string, caller: Caller, begin: Begin<T>, start: Start<T>, notBefore?: number): Promise<void>;
}

export function createSharedStreams(): SharedStreams {
  /** Those that have given nothing yet. */
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

/** One who listens to a stream. An error of its own makes it leave. */
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

  /** `close` is called, perhaps more than once, when no further caller may join. */
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
    // At first, each was begun when it joined.
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

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('Reading a stream failed.', { cause: error });
}
