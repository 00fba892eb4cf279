/**
 * What a promise brings, or null once the signal is aborted. Unlike `Promise.race` with a promise that stays open for long, it
 * keeps nothing of what has come: such a race holds each of its results for as long as the other promise is open.
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
