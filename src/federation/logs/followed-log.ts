import type { Call } from '../../domain/call.ts';
import type { LogFilter } from '../../domain/log-filter.ts';
import type { Connector, FollowedLog } from '../../vendors/connector.ts';

/** The log of a job for whoever follows it: where the vendor makes no difference, the log of the job. */
export function followedLog(connector: Connector, job: string, filter: LogFilter, call: Call): Promise<FollowedLog> {
  return connector.follow === undefined ? connector.logs({ job }, filter, call) : connector.follow(job, filter, call);
}
