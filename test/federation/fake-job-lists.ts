import { TributaryError } from '../../src/domain/errors.ts';
import type { Job } from '../../src/domain/job.ts';
import { formatInstant } from '../../src/domain/time.ts';
import type { FederatedSource } from '../../src/federation/source.ts';
import type { JobList, JobPage } from '../../src/vendors/connector.ts';
import { fakeSource } from './fake-sources.ts';

export interface FakeJob {
  readonly key: string;
  /** Nanoseconds; null: the vendor gives no time. */
  readonly time: bigint | null;
  /** True: it is a part of another job. Some vendors list parts among jobs. */
  readonly isPart?: boolean;
}

/** A vendor's list of jobs. */
export interface FakeList {
  readonly source: string;
  readonly key: string;
  readonly pageSize: number;
  /** The vendor's order; jobs without a time are in the order of their creation. */
  readonly order: 'newest first' | 'oldest first' | 'as made';
  /** The order that the connector assumes. */
  readonly claims: boolean;
  readonly totals: 'exact' | 'null' | 'of the page' | 'too high';
  /** True: it returns its first page for every page. */
  readonly stuck?: boolean;
  jobs: FakeJob[];
  /** How many of the next reads fail. */
  failures: number;
  calls: number;
  /** Runs before each page is returned. */
  beforePage?: () => void;
}

export function jobSources(lists: readonly FakeList[]): FederatedSource[] {
  const names = [...new Set(lists.map(({ source }) => source))];
  return names.map((name) => {
    const { connector } = fakeSource(name, {});
    const jobLists = lists.filter(({ source }) => source === name).map(listOf);
    return { name, connector: { ...connector, jobLists } };
  });
}

function listOf(list: FakeList): JobList {
  return {
    key: list.key,
    pageSize: list.pageSize,
    isNewestFirst: () => list.claims,
    async page(index): Promise<JobPage> {
      await Promise.resolve();
      list.calls += 1;
      if (list.calls > 5_000) throw new Error('This list is asked without an end.');
      list.beforePage?.();
      if (list.failures > 0) {
        list.failures -= 1;
        throw new TributaryError('SOURCE_UNAVAILABLE', 'down', { source: list.source });
      }
      const begin = (list.stuck === true ? 0 : index) * list.pageSize;
      const ordered = inOrder(list);
      const page = ordered.slice(begin, begin + list.pageSize);
      return {
        jobs: page.filter(({ isPart }) => isPart !== true).map((job) => jobOf(list.source, job)),
        parts: page.filter(({ isPart }) => isPart === true).map((job) => jobOf(list.source, job)),
        more: list.stuck === true || begin + list.pageSize < ordered.length,
        total: totalOf(list, page.length),
        filtered: false,
      };
    },
  };
}

function totalOf({ totals, jobs }: FakeList, onPage: number): number | null {
  // A connector returns no count that includes parts.
  if (totals === 'null' || jobs.some(({ isPart }) => isPart === true)) return null;
  if (totals === 'of the page') return onPage;
  return totals === 'exact' ? jobs.length : jobs.length + 7;
}

function inOrder({ jobs, order }: FakeList): readonly FakeJob[] {
  if (order === 'as made') return jobs;
  const sign = order === 'newest first' ? -1 : 1;
  return jobs.toSorted((a, b) => sign * compare(a.time ?? -1n, b.time ?? -1n));
}

function jobOf(source: string, { key, time }: FakeJob): Job {
  const times = { createdAt: time === null ? null : formatInstant(time), startedAt: null, finishedAt: null };
  return { source, key, name: key, status: 'RUNNING', nativeStatus: null, attributes: null, ...times };
}

/** The expected order of all jobs: newest first, then by source, list and key, descending; those without a time last. */
export function newestFirst(lists: readonly FakeList[]): string[] {
  const all = lists.flatMap((list) =>
    list.jobs.filter(({ isPart }) => isPart !== true).map((job) => ({ ...job, list })),
  );
  all.sort(
    (a, b) =>
      compare(b.time ?? -1n, a.time ?? -1n) ||
      compare(b.list.source, a.list.source) ||
      compare(b.list.key, a.list.key) ||
      compare(b.key, a.key),
  );
  return all.map(({ list, key }) => `${list.source}/${key}`);
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
