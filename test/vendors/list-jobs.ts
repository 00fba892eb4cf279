import type { Call } from '../../src/domain/call.ts';
import type { Connector, JobFilter, JobPage } from '../../src/vendors/connector.ts';

/** Page `index` of the connector's only list of jobs, or of one of its lists. */
export function listJobs(
  { jobLists }: Connector,
  index: number,
  filter: JobFilter,
  call: Call,
  which = 0,
): Promise<JobPage> {
  const list = jobLists[which];
  if (list === undefined) throw new RangeError(`The connector has no list ${which}.`);
  return list.page(index, filter, call);
}
