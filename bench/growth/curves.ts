import { setTimeout as pause } from 'node:timers/promises';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import type { Contestant } from '../requests/contestant.ts';
import type { Child } from '../tail/child.ts';
import { describeLatencies, megabytes } from '../tail/figures.ts';
import { cutAll, Subscriber } from '../tail/subscriber.ts';
import { overWebSocket } from '../tail/transports.ts';
import type { GrowthTasks, GrowthUpstream } from './upstream.ts';

export interface Scale {
  /** Processor time for which each point is asked, and before that warmed up; milliseconds. */
  readonly processorMilliseconds: number;
  /** Lines of the log that is walked from end to end. */
  readonly deepLines: number;
  readonly subscribers: readonly number[];
}

export interface Stand {
  readonly tributary: Contestant;
  readonly vendor: Child<GrowthTasks>;
  readonly upstream: GrowthUpstream;
  readonly scale: Scale;
}

export interface Curve {
  readonly title: string;
  readonly titles: readonly string[];
  readonly measure: (stand: Stand) => Promise<string[][]>;
}

interface Point {
  readonly at: number;
  readonly query: string;
  /** Lines of its answer. */
  readonly lines: number;
}

const LINES = 'nodes { timestamp severityText message stepName taskName }';
const COSTS = ['CPU, ms', 'CPU a line, µs', 'p50, ms', 'event loop delay p99, ms', 'memory at the most, MiB'];
/** So many requests at the least. */
const LEAST = 3;

const idOf = (source: number, key: string | undefined): string => encodeNodeId('Job', `nemo-${source}`, key ?? '');

function merged(ids: readonly string[], first: number): string {
  return `{ logs(jobs: ${JSON.stringify(ids)}, first: ${first}) { ${LINES} failures { code } } }`;
}

export const pageSizes: Curve = {
  title: 'Lines of a page, one job',
  titles: ['`first`', ...COSTS],
  measure: (stand) =>
    costsOf(
      stand,
      [10, 30, 100, 300, 1_000].map((lines) => ({
        at: lines,
        lines,
        query: merged([idOf(0, stand.upstream.jobs[0])], lines),
      })),
    ),
};

const COUNTS = [1, 3, 10, 30, 100];

export const sourceCounts = mergeOf('sources', 'Sources of a merge, one job of each', (index) => index);

export const mergedJobs = mergeOf('jobs', 'Jobs of a merge, one source', () => 0);

/** `sourceOf` chooses the source of each job by its index. */
function mergeOf(what: string, title: string, sourceOf: (index: number) => number): Curve {
  const first = 100;
  return {
    title: `${title}, \`first: ${first}\``,
    titles: [what, ...COSTS],
    measure: (stand) =>
      costsOf(
        stand,
        COUNTS.map((at) => {
          const ids = stand.upstream.jobs.slice(0, at).map((key, index) => idOf(sourceOf(index), key));
          return { at, lines: first, query: merged(ids, first) };
        }),
      ),
  };
}

async function costsOf(stand: Stand, points: readonly Point[]): Promise<string[][]> {
  const rows: string[][] = [];
  for (const { at, query, lines } of points) {
    await costOf(stand, query, lines);
    const { processor, latencies, delay, peak } = await costOf(stand, query, lines);
    rows.push([
      String(at),
      processor.toFixed(2),
      ((processor * 1_000) / lines).toFixed(1),
      median(latencies).toFixed(1),
      delay.toFixed(0),
      megabytes(peak),
    ]);
  }
  return rows;
}

interface Cost {
  /** Of one request, milliseconds. */
  readonly processor: number;
  readonly latencies: readonly number[];
  readonly delay: number;
  readonly peak: number;
}

async function costOf({ tributary, scale }: Stand, query: string, lines: number): Promise<Cost> {
  const before = await tributary.usage();
  await tributary.delay();
  const latencies: number[] = [];
  for (let used = 0; used < scale.processorMilliseconds || latencies.length < LEAST;) {
    const began = performance.now();
    const answer = JSON.parse(await tributary.query({ query })) as Answer;
    latencies.push(performance.now() - began);
    const { nodes, failures } = answer.data.logs;
    if (nodes.length !== lines || failures.length > 0) throw new Error(`${nodes.length} lines, not ${lines}: ${query}`);
    used = ((await tributary.usage()).processor - before.processor) / 1_000;
  }
  const { processor, peakRss } = await tributary.usage();
  const delay = await tributary.delay();
  return { processor: (processor - before.processor) / 1_000 / latencies.length, latencies, delay, peak: peakRss };
}

interface Answer {
  readonly data: { readonly logs: { readonly nodes: readonly unknown[]; readonly failures: readonly unknown[] } };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

const DEEP_PAGE = 1_000;
const WALK = `query Walk($jobs: [ID!]!, $after: String) {
  logs(jobs: $jobs, first: ${DEEP_PAGE}, after: $after) { ${LINES} pageInfo { endCursor hasNextPage } }
}`;

interface WalkAnswer {
  readonly data: {
    readonly logs: {
      readonly nodes: readonly unknown[];
      readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
    };
  };
}

export const depths: Curve = {
  title: `A walk from end to end, pages of ${DEEP_PAGE}`,
  titles: ['lines so far', 'CPU of a page since the row before, ms', 'event loop delay p99, ms', 'memory now, MiB'],
  async measure({ tributary, upstream, scale }) {
    const rows: string[][] = [];
    const jobs = [idOf(0, upstream.deep)];
    let after: string | null = null;
    let lines = 0;
    let [marked, before] = [0, (await tributary.usage()).processor];
    await tributary.delay();
    for (let hasMore = true; hasMore;) {
      const answer = JSON.parse(await tributary.query({ query: WALK, variables: { jobs, after } })) as WalkAnswer;
      const { nodes, pageInfo } = answer.data.logs;
      lines += nodes.length;
      [hasMore, after] = [pageInfo.hasNextPage, pageInfo.endCursor];
      if (nodes.length === 0 && hasMore) throw new Error('A page of the walk is empty.');
      const isMark = Number.isInteger(Math.log10(lines / DEEP_PAGE));
      if (!isMark && hasMore) continue;
      const { processor, rss } = await tributary.usage();
      const each = (processor - before) / 1_000 / ((lines - marked) / DEEP_PAGE);
      rows.push([String(lines), each.toFixed(1), (await tributary.delay()).toFixed(0), megabytes(rss)]);
      [marked, before] = [lines, processor];
    }
    if (lines !== scale.deepLines) throw new Error(`The walk gave ${lines} lines, not ${scale.deepLines}.`);
    return rows;
  },
};

const LINES_TO_ALL = 5;
/** Connections that are opened at once. */
const AT_ONCE = 200;
/** Longer than a line takes from the vendor to a subscriber: the interval of polls and the reorder window. */
const LINE_MILLISECONDS = 6_000;

export const subscriberCounts: Curve = {
  title: 'Subscribers of one job that is silent but for a line now and then, over WebSocket',
  titles: [
    'subscribers',
    'all live after, s',
    'memory each, KiB',
    'CPU while idle',
    'CPU of a line to all, ms',
    'from vendor to subscriber: p50 / p95 / p99 / largest, ms',
    'event loop delay p99, ms',
  ],
  async measure({ tributary, vendor, upstream, scale }) {
    const rows: string[][] = [];
    const job = idOf(0, upstream.running);
    const subscribers: Subscriber[] = [];
    const { rss: alone } = await tributary.usage();
    let number = 0;
    for (const count of scale.subscribers) {
      const began = performance.now();
      const had = subscribers.length;
      while (subscribers.length < count) {
        const size = Math.min(AT_ONCE, count - subscribers.length);
        const more = Array.from({ length: size }, () => new Subscriber([job], overWebSocket(tributary.origin)));
        await Promise.all(more.map((subscriber) => subscriber.open()));
        subscribers.push(...more);
      }
      const live = performance.now() - began;
      await pause(LINE_MILLISECONDS);
      const quiet = await usedWhile(tributary, () => pause(LINE_MILLISECONDS));
      const { rss } = await tributary.usage();
      await tributary.delay();
      for (const subscriber of subscribers) subscriber.takeLatencies();
      const lines = await usedWhile(tributary, async () => {
        for (let line = 0; line < LINES_TO_ALL; line += 1) {
          await vendor.ask('write', { key: upstream.running, number });
          number += 1;
          await pause(LINE_MILLISECONDS);
        }
      });
      const latencies = subscribers.flatMap((subscriber) => subscriber.takeLatencies());
      if (latencies.length !== count * LINES_TO_ALL)
        throw new Error(`${latencies.length} lines arrived, not ${count * LINES_TO_ALL}.`);
      const each = (lines - quiet * LINES_TO_ALL) / LINES_TO_ALL;
      rows.push([
        String(count),
        `${(live / 1_000).toFixed(1)} (${count - had} more)`,
        ((rss - alone) / 1024 / count).toFixed(0),
        `${((quiet / LINE_MILLISECONDS) * 100).toFixed(0)} %`,
        each.toFixed(0),
        describeLatencies(latencies),
        (await tributary.delay()).toFixed(0),
      ]);
    }
    cutAll();
    return rows;
  },
};

/** Processor time of the service meanwhile, milliseconds. */
async function usedWhile(tributary: Contestant, act: () => Promise<void>): Promise<number> {
  const before = await tributary.usage();
  await act();
  return ((await tributary.usage()).processor - before.processor) / 1_000;
}
