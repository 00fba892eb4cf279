/**
 * Ends a call early. It is lighter than an `AbortSignal`, of which every attempt would need several, and has no limit
 * on listeners: one client request may have any number of calls under way.
 */
export class Cancellation {
  #reason: Error | null = null;
  readonly #listeners = new Set<{ listener: (() => void) | null }>();

  get aborted(): boolean {
    return this.#reason !== null;
  }

  /** The error that a cancelled call rejects with. It is never an error of the source, which did nothing wrong. */
  get reason(): Error {
    return this.#reason ?? abortError();
  }

  cancel(reason: Error = abortError()): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const entry of listeners) entry.listener?.();
  }

  /** Calls the listener once on cancellation, or at once if already cancelled. The result removes the listener. */
  onAbort(listener: () => void): () => void {
    if (this.aborted) {
      listener();
      return () => undefined;
    }
    const entry: { listener: (() => void) | null } = { listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
      // V8's sets keep outgrown tables linked to each other. An emptied entry does not hold a whole answer in memory
      // until the next full garbage collection.
      entry.listener = null;
    };
  }
}

const cancellations = new WeakMap<AbortSignal, Cancellation>();

/**
 * The cancellation of a caller's signal, with the signal's reason. Each signal has one cancellation and gets one
 * listener.
 */
export function cancellationOf(signal: AbortSignal): Cancellation {
  const known = cancellations.get(signal);
  if (known !== undefined) return known;
  const cancellation = new Cancellation();
  const cancel = (): void => {
    const reason: unknown = signal.reason;
    cancellation.cancel(reason instanceof Error ? reason : undefined);
  };
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  cancellations.set(signal, cancellation);
  return cancellation;
}

/** Waits for a shared promise. A cancellation ends only this wait. */
export function abortable<T>(promise: Promise<T>, cancellation: Cancellation): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const forget = cancellation.onAbort(() => {
      reject(cancellation.reason);
    });
    promise.then(resolve, reject).finally(forget);
  });
}

function abortError(): Error {
  return new DOMException('The call was cancelled', 'AbortError');
}
