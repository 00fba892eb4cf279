import DataLoader from 'dataloader';
import type { Call } from '../domain/call.ts';
import type { Job } from '../domain/job.ts';
import type { Connector } from '../vendors/connector.ts';
import type { SourceTailSettings } from './tail/settings.ts';

/** A source as the federation knows it. */
export interface FederatedSource {
  /** Its name in the configuration. */
  readonly name: string;
  readonly connector: Connector;
  /** Does it pass the caller's own `Authorization` on? Then callers do not share what it answers. */
  readonly forwards?: boolean | undefined;
  /** How its jobs are followed where that differs from the federation's settings. */
  readonly tail?: SourceTailSettings | undefined;
  /** Aborted when the source is taken out of the configuration, or another one has come in its place: its tails end. */
  readonly retired?: AbortSignal | undefined;
}

/** Batches jobs asked for in one tick of one call, and remembers them for the call. */
export function jobLoader(source: FederatedSource, call: Call): DataLoader<string, Job | null> {
  const { connector } = source;
  return call.scoped(
    connector,
    'jobs by key',
    () => new DataLoader<string, Job | null>((keys) => connector.getJobs(keys, call), { maxBatchSize: 100 }),
  );
}

/** Makes a job that came with a list known, so that asking for it again costs nothing. */
export function rememberJob(source: FederatedSource, job: Job, call: Call): void {
  jobLoader(source, call).prime(job.key, job);
}
