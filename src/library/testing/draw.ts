/** Draws whole numbers from 0 to `below - 1`. The same seed draws the same numbers. */
export type Draw = (below: number) => number;

const MULTIPLIER = 1_664_525;
const INCREMENT = 1_013_904_223;

/** A linear congruential generator: its high bits are random enough to choose calls and fields. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, MULTIPLIER) + INCREMENT) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
