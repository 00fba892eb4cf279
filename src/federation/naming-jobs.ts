import { hasCode, TributaryError, unknownJob } from '../domain/errors.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { Partition } from '../pagination/core/partition.ts';
import { Through } from '../pagination/core/read-on.ts';
import type { Connector, PartReader } from '../vendors/connector.ts';
import type { FederatedSource } from './source.ts';

/**
 * Wraps a source so that it reports a missing job with one wording. Vendors report it in many ways, most of them only
 * when something of the job is read. A lookup by key returns the item with that key or an error, never another item.
 */
export function namingJobs(source: FederatedSource): FederatedSource {
  const { name, connector } = source;
  function named(error: unknown, job: string): unknown {
    return hasCode(error, 'NOT_FOUND') ? unknownJob(name, job, { cause: error }) : error;
  }

  async function namingJob<T>(job: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw named(error, job);
    }
  }

  function namingPartition<T extends Ordered>(job: string, partition: Partition<T>): Partition<T> {
    return {
      key: partition.key,
      read: (request, call) =>
        new Through(() => partition.read(request, call), { error: (error) => named(error, job) }),
      count: (call) => namingJob(job, () => partition.count(call)),
    };
  }

  async function namingAll<T extends Ordered>(
    job: string,
    ask: () => Promise<readonly Partition<T>[]>,
  ): Promise<readonly Partition<T>[]> {
    return (await namingJob(job, ask)).map((partition) => namingPartition(job, partition));
  }

  function namingParts<T extends Ordered & { readonly key: string }>(
    parts: PartReader<T> | undefined,
  ): PartReader<T> | undefined {
    if (parts === undefined) return undefined;
    return {
      list: (job, call, within) => namingAll(job, () => parts.list(job, call, within)),
      async find(job, key, call) {
        const found = withKey(name, await namingJob(job, () => parts.find(job, key, call)), key);
        if (found instanceof Error) throw found;
        return found;
      },
    };
  }

  const follow = connector.follow?.bind(connector);
  const naming: Connector = {
    vendor: connector.vendor,
    names: connector.names,
    // A getter, not a copy: the connector may learn later that a vendor lacks a feature.
    get capabilities() {
      return connector.capabilities;
    },
    get jobLists() {
      return connector.jobLists;
    },
    probe: (call) => connector.probe(call),
    async getJobs(keys, call) {
      const jobs = await connector.getJobs(keys, call);
      return jobs.map((job, index) => (job instanceof Error ? job : withKey(name, job, keys[index] ?? '')));
    },
    parts: {
      Attempt: namingParts(connector.parts.Attempt),
      Step: namingParts(connector.parts.Step),
      Task: namingParts(connector.parts.Task),
    },
    async logs(scope, filter, call) {
      const { job, ...part } = scope;
      // For a part, the source itself tells whether the part or its job is missing.
      if (Object.values(part).some((key) => key !== undefined)) return connector.logs(scope, filter, call);
      const reading = await namingJob(job, () => connector.logs(scope, filter, call));
      return { ...reading, partitions: reading.partitions.map((partition) => namingPartition(job, partition)) };
    },
    ...(follow !== undefined && {
      async follow(...[job, filter, call]: Parameters<typeof follow>) {
        const followed = await namingJob(job, () => follow(job, filter, call));
        return { ...followed, partitions: followed.partitions.map((partition) => namingPartition(job, partition)) };
      },
    }),
  };
  return { ...source, connector: naming };
}

/** The found item, if its key is the requested one. Some vendors write a key in another case than the request did. */
function withKey<T extends { readonly key: string }>(source: string, found: T | null, key: string): T | null | Error {
  if (found === null || found.key === key || found.key.toLowerCase() === key.toLowerCase()) return found;
  const message = `${source}: the source answered a request by key with a different item.`;
  return new TributaryError('SOURCE_BAD_RESPONSE', message, { source });
}
