import DataLoader from 'dataloader';
import type { Call } from '../domain/call.ts';
import { isTurnOver, rest } from '../domain/fair-share.ts';
import type { Job } from '../domain/job.ts';
import type { Connector } from '../vendors/connector.ts';
import type { SourceTailSettings } from './tail/settings.ts';

/** A source as the federation knows it. */
export interface FederatedSource {
  /** The name in the configuration. */
  readonly name: string;
  readonly connector: Connector;
  /** True if the source is called with the caller's own `Authorization`. Callers then do not share its answers. */
  readonly forwards?: boolean | undefined;
  /** Tail settings of its jobs, where they differ from the federation's. */
  readonly tail?: SourceTailSettings | undefined;
  /** Aborted when the source is removed from the configuration or replaced by another one: its tails end. */
  readonly retired?: AbortSignal | undefined;
}

/** Batches the jobs requested in one tick of one call, and caches them for the call. */
export function jobLoader(source: FederatedSource, call: Call): DataLoader<string, Job | null> {
  const { connector } = source;
  async function getJobs(keys: readonly string[]): ReturnType<Connector['getJobs']> {
    // Of two thousand jobs all batches are asked for in one go.
    if (isTurnOver()) await rest();
    return connector.getJobs(keys, call);
  }
  return call.scoped(
    connector,
    'jobs by key',
    () => new DataLoader<string, Job | null>(getJobs, { maxBatchSize: 100 }),
  );
}

/** Caches a job that came with a list, so that requesting it again costs nothing. */
export function rememberJob(source: FederatedSource, job: Job, call: Call): void {
  jobLoader(source, call).prime(job.key, job);
}
