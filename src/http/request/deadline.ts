import { EventEmitter } from 'node:events';
import type { Cancellation } from './abort.ts';

/** The time that one attempt has, and the cancellation that it inherits. */
export interface Deadline {
  /** Emits `abort` when the time is over or the caller is gone: undici takes this for a signal. */
  readonly signal: EventEmitter;
  /** Has the time run out? */
  expired(): boolean;
  /** Takes the time limit away and keeps the cancellation. */
  disarm(): void;
  /** The attempt is over: nothing of it stays behind. */
  end(): void;
}

/** Starts the clock of an attempt. */
export function startDeadline(parent: Cancellation, milliseconds: number): Deadline {
  const signal = new EventEmitter();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    signal.emit('abort');
  }, milliseconds);
  const forget = parent.onAbort(() => {
    signal.emit('abort');
  });
  return {
    signal,
    expired: () => expired,
    disarm() {
      clearTimeout(timer);
    },
    end() {
      clearTimeout(timer);
      forget();
    },
  };
}
