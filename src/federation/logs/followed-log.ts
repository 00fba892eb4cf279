import type { Call } from '../../domain/call.ts';
import type { LogFilter } from '../../domain/log-filter.ts';
import type { Connector, FollowedLog } from '../../vendors/connector.ts';

/** The log of a job for a follower. It is the job's usual log unless the connector has a separate one for following. */
export function followedLog(connector: Connector, job: string, filter: LogFilter, call: Call): Promise<FollowedLog> {
  return connector.follow === undefined ? connector.logs({ job }, filter, call) : connector.follow(job, filter, call);
}
