/**
 * The result of a promise, or null once the signal is aborted. Unlike `Promise.race` with a promise that stays pending
 * for long, it releases its result: such a race holds every result as long as the other promise is pending.
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      resolve(null);
    };
    const forget = (): void => {
      signal.removeEventListener('abort', leave);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(forget);
  });
}
