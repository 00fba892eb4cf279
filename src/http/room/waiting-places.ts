import type { WaitingPlaces } from './answer-room.ts';

/**
 * Answers that wait for room keep their places at their source. Half of the places are left to others, so that the operation whose end they
 * wait for can go on asking.
 */
export function createWaitingPlaces(concurrency: number): WaitingPlaces {
  const most = Math.max(1, Math.floor(concurrency / 2));
  let waiting = 0;
  return {
    wait() {
      if (waiting >= most) return null;
      waiting += 1;
      return () => {
        waiting -= 1;
      };
    },
  };
}
