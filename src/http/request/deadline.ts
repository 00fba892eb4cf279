import { EventEmitter } from 'node:events';
import type { Cancellation } from './abort.ts';

/** The time that one attempt has, and the cancellation that it inherits. */
export interface Deadline {
  /** Emits `abort` when the time is over or the caller is gone: undici takes this for a signal. */
  readonly signal: EventEmitter;
  /** Has the time run out? */
  expired(): boolean;
  /** The time that it has in all. */
  milliseconds(): number;
  /** Gives it another time from now on, and keeps the cancellation. */
  rearm(milliseconds: number): void;
  /** The attempt is over: nothing of it stays behind. */
  end(): void;
}

/** Starts the clock of an attempt. */
export function startDeadline(parent: Cancellation, milliseconds: number): Deadline {
  const signal = new EventEmitter();
  let expired = false;
  const expire = (): void => {
    expired = true;
    signal.emit('abort');
  };
  let allowed = milliseconds;
  let timer = setTimeout(expire, allowed);
  const forget = parent.onAbort(() => {
    signal.emit('abort');
  });
  return {
    signal,
    expired: () => expired,
    milliseconds: () => allowed,
    rearm(milliseconds) {
      clearTimeout(timer);
      allowed = milliseconds;
      timer = setTimeout(expire, allowed);
    },
    end() {
      clearTimeout(timer);
      forget();
    },
  };
}
