/**
 * What a cancelled call rejects with: the signal's own reason, an `AbortError` unless whoever aborted said
 * otherwise. Never an error of the source: it did nothing wrong.
 */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new DOMException('The call was cancelled', 'AbortError');
}

/** Waits for a promise that others wait for too: an abort ends this wait and nothing else. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => {
      reject(abortReason(signal));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}
