import { abortReason } from './abort.ts';

/** The time that one attempt has, and the cancellation that it inherits. */
export interface Deadline {
  /** Aborted when the time is over or the caller is gone. */
  readonly signal: AbortSignal;
  /** Has the time run out? */
  expired(): boolean;
  /** Takes the time limit away and keeps the cancellation. */
  disarm(): void;
  /** The attempt is over: nothing of it stays behind. */
  end(): void;
}

/** Starts the clock of an attempt. */
export function startDeadline(parent: AbortSignal, milliseconds: number): Deadline {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort();
  }, milliseconds);
  const onAbort = (): void => {
    controller.abort(abortReason(parent));
  };
  if (parent.aborted) onAbort();
  parent.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    expired: () => expired,
    disarm() {
      clearTimeout(timer);
    },
    end() {
      clearTimeout(timer);
      parent.removeEventListener('abort', onAbort);
    },
  };
}
