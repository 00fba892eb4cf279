import { encodeNodeId } from '../../src/federation/node-id.ts';
import { SOURCES } from './jobs.ts';
import type { Jobs, Source } from './jobs.ts';

export type WorkloadName = 'W1' | 'W2' | 'W3' | 'W4' | 'W5';

/** What is asked, once as GraphQL. The pass-through gives the same answer to `GET /W1` and so on. */
export interface Workload {
  readonly title: string;
  readonly query: string;
  /** The logs in the answer. */
  readonly logs: readonly AskedLog[];
  /** Requests in flight at once. */
  readonly concurrency: number;
}

export interface AskedLog {
  /** The place of the job in the data. */
  readonly at: readonly (string | number)[];
  readonly source: Source;
  readonly key: string;
  readonly lines: number;
  readonly order: 'oldest' | 'newest';
}

/** The fields of each line: those that a vendor says itself, so that a pass-through has only to rename. */
const FIELDS = '{ timestamp severityText message stepName taskName }';

/** W3 asks for jobs in this order: 20, ten of them twice. */
export function twentyJobs(jobs: Jobs): { readonly source: Source; readonly key: string }[] {
  const ten = SOURCES.flatMap((source) => jobs.pairs[source].map((key) => ({ source, key })));
  return [...ten, ...ten.toReversed()];
}

export function workloads(jobs: Jobs, hasCursors: boolean): Record<WorkloadName, Workload> {
  const selected = hasCursors ? `edges { cursor node ${FIELDS} }` : `nodes ${FIELDS}`;
  const log = (source: Source, key: string, lines: number): string =>
    `job(source: "${source}", key: "${key}") { logs(first: ${lines}) { ${selected} } }`;
  const asked = (at: AskedLog['at'], source: Source, key: string, lines: number): AskedLog[] => [
    { at, source, key, lines, order: 'oldest' },
  ];
  const ids = twentyJobs(jobs).map(({ source, key }) => JSON.stringify(encodeNodeId('Job', source, key)));
  return {
    W1: {
      title: 'one NeMo page of 100',
      query: `{ ${log('nemo', jobs.pairs.nemo[0], 100)} }`,
      logs: asked(['job'], 'nemo', jobs.pairs.nemo[0], 100),
      concurrency: 4,
    },
    W2: {
      title: 'five vendors × 20',
      query: `{ ${SOURCES.map((source) => `${source}: ${log(source, jobs.pairs[source][0], 20)}`).join('\n')} }`,
      logs: SOURCES.flatMap((source) => asked([source], source, jobs.pairs[source][0], 20)),
      concurrency: 4,
    },
    W3: {
      title: '20 jobs × 5 newest, 10 distinct',
      query: `{ nodes(ids: [${ids.join(', ')}]) {
        ... on Job { logs(first: 5, orderBy: { field: TIMESTAMP, direction: DESC }) { ${selected} } } } }`,
      logs: twentyJobs(jobs).map(({ source, key }, index) => ({
        at: ['nodes', index],
        source,
        key,
        lines: 5,
        order: 'newest',
      })),
      concurrency: 4,
    },
    W4: {
      title: '1,000 of deepset, 10 native pages',
      query: `{ ${log('deepset', jobs.pairs.deepset[0], 1_000)} }`,
      logs: asked(['job'], 'deepset', jobs.pairs.deepset[0], 1_000),
      concurrency: 2,
    },
    W5: {
      title: "first 20 of ByteNite's 200,000 lines",
      query: `{ ${log('bytenite', jobs.huge, 20)} }`,
      logs: asked(['job'], 'bytenite', jobs.huge, 20),
      concurrency: 1,
    },
  };
}
