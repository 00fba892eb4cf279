import type { Clock } from '../../http/policy/clock.ts';

/** A clock on which waiting takes no time: what would have been waited has passed. `onWait` is told of each wait. */
export function quickClock(onWait: (milliseconds: number) => void = () => undefined): Pick<Clock, 'now' | 'sleep'> {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    sleep(milliseconds) {
      onWait(milliseconds);
      ahead += milliseconds;
      return Promise.resolve();
    },
  };
}
