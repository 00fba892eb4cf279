/** The service's three formats for times. All are UTC in whole seconds; only one has a zone. */

/** In run records: `2015-11-14T04:15:22`. */
export function runTime(time: bigint): string {
  return new Date(Number(time / 1_000_000n)).toISOString().slice(0, 19);
}

/** In schedules, jobs and the events of a run's text: `2017-08-10 11:00:00`. */
export function spacedTime(time: bigint): string {
  return runTime(time).replace('T', ' ');
}

/** In the schedules inside a job: `2015-10-19T23:00:00.000Z`. */
export function zonedTime(time: bigint): string {
  return `${runTime(time)}.000Z`;
}

/** The service stores whole seconds. */
export function wholeSecond(time: bigint): bigint {
  const rest = time % 1_000_000_000n;
  return rest < 0n ? time - rest - 1_000_000_000n : time - rest;
}
