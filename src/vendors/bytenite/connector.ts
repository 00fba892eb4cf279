import { asError } from '../../domain/errors.ts';
import type { Call } from '../../domain/call.ts';
import type { Job } from '../../domain/job.ts';
import type { Capabilities, Connector, ConnectorOptions } from '../connector.ts';
import { ByteNiteJobList } from './jobs/jobs.ts';
import { JobLoader } from './jobs/loader.ts';
import { jobOf } from './jobs/mapping.ts';
import { logsOf } from './logs/logs.ts';
import { LogReader } from './logs/reader.ts';
import { byteNiteOptions } from './options.ts';
import { createParts } from './parts.ts';

const CAPABILITIES: Capabilities = {
  attempts: false,
  steps: true,
  tasks: true,
  nativePagination: 'WHOLE_RESPONSE',
  maxPageSize: null,
  totalCount: true,
  pushdown: ['MIN_SEVERITY', 'SEVERITY_IN', 'STEP_IN', 'TASK_IN'],
};

export function createByteNiteConnector({ source, http, options }: ConnectorOptions): Connector {
  const { jobPageSize, logCap } = byteNiteOptions.parse(options ?? {});
  const list: ByteNiteJobList = new ByteNiteJobList(http, jobPageSize, (listed, call) => {
    jobs.remember(listed, call);
  });
  const jobs = new JobLoader(http, (page, call) => list.shown(page, call));
  const reader = new LogReader(http, logCap);

  return {
    vendor: 'bytenite',
    capabilities: CAPABILITIES,
    names: { stepName: (key) => key, taskName: (key) => key },
    jobLists: [list],
    probe: async (call) => ({ jobs: await list.total(call) }),
    getJobs: (keys, call) => Promise.all(keys.map(async (key) => jobOrError(key, call))),
    parts: createParts(source, jobs, reader),
    logs: (scope, filter) => Promise.resolve(logsOf(reader, scope, filter)),
  };

  async function jobOrError(key: string, call: Call): Promise<Job | null | Error> {
    const loaded = jobs.load(key, call).then((wire) => wire && jobOf(source, wire));
    return loaded.catch(asError);
  }
}
