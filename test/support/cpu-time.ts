/** CPU milliseconds of this process for a piece of work: other processes take none of them, however busy the machine is. */
export function cpuTimeOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
