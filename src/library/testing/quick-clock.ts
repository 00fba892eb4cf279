import type { Clock } from '../../http/policy/clock.ts';

/** A clock on which waiting takes no time: each wait advances it. `onWait` is called for each. */
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
