/** The three ways in which the service writes a time. All are UTC to the second; only one says so. */

/** As in run records: `2015-11-14T04:15:22`. */
export function runTime(time: bigint): string {
  return new Date(Number(time / 1_000_000n)).toISOString().slice(0, 19);
}

/** As in schedules, jobs and the events of a run's text: `2017-08-10 11:00:00`. */
export function spacedTime(time: bigint): string {
  return runTime(time).replace('T', ' ');
}

/** As in the schedules inside a job: `2015-10-19T23:00:00.000Z`. */
export function zonedTime(time: bigint): string {
  return `${runTime(time)}.000Z`;
}

/** The service knows whole seconds. */
export function wholeSecond(time: bigint): bigint {
  const rest = time % 1_000_000_000n;
  return rest < 0n ? time - rest - 1_000_000_000n : time - rest;
}
