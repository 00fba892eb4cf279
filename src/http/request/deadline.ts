import type { Cancellation } from './abort.ts';

/** The time limit of one attempt, joined with the caller's cancellation. */
export interface Deadline {
  /** True if the time has run out. */
  expired(): boolean;
  /** The time allowed since the start or the last `rearm`. */
  milliseconds(): number;
  /** Restarts the clock with another time. The cancellation stays in effect. */
  rearm(milliseconds: number): void;
  /** Stops the clock while we wait for ourselves. The result starts it again with the time that was left. */
  pause(): () => void;
  /** Ends the attempt: removes the timer and the listener. */
  end(): void;
}

/** Starts the clock of an attempt. `abort`: called when the time is over or the caller has left. */
export function startDeadline(parent: Cancellation, milliseconds: number, abort: () => void): Deadline {
  let expired = false;
  const expire = (): void => {
    expired = true;
    abort();
  };
  let allowed = milliseconds;
  let timer = setTimeout(expire, allowed);
  let begun = performance.now();
  let isOver = false;
  const forget = parent.onAbort(abort);
  return {
    expired: () => expired,
    milliseconds: () => allowed,
    rearm(milliseconds) {
      clearTimeout(timer);
      allowed = milliseconds;
      timer = setTimeout(expire, allowed);
      begun = performance.now();
    },
    pause() {
      clearTimeout(timer);
      const used = performance.now() - begun;
      return () => {
        if (isOver) return;
        clearTimeout(timer);
        timer = setTimeout(expire, Math.max(0, allowed - used));
        begun = performance.now() - used;
      };
    },
    end() {
      isOver = true;
      clearTimeout(timer);
      forget();
    },
  };
}
