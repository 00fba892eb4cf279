import { jobIdOf } from '../jobs.ts';
import { encodeNodeId } from '../../../../src/federation/node-id.ts';
import { everywhere, LINES, ofJob } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { MEASURED, tasksOf } from '../sources.ts';

const PARTS = 'attempts { nodes { key status } } steps { nodes { key status } } tasks { nodes { key status } }';

/** Jobs, their parts, and the logs of those. */
export const JOBS: readonly Shape[] = [
  {
    name: '20 jobs by key, 10 of them twice',
    ask: ({ many }, source) =>
      `{ ${[...many[source], ...many[source]]
        .map((key, index) => `a${index}: job(source: "${source}", key: "${key}") { name status }`)
        .join(' ')} }`,
    calls: everywhere('1 jobs', { sap: '10 job', softwareone: '1 job' }),
    why: 'SoftwareOne gives several jobs by key in one answer. A page of the list shows them elsewhere; that of SAP leaves out the schedules',
    lines: 0,
  },
  {
    name: '20 jobs by id, 10 of them twice',
    ask: ({ many }, source) => {
      const ids = many[source].map((key) => jobIdOf(source, key));
      return `{ nodes(ids: ${JSON.stringify([...ids, ...ids])}) { ... on Job { name status } } }`;
    },
    calls: everywhere('1 jobs', { sap: '10 job', softwareone: '1 job' }),
    lines: 0,
  },
  {
    name: 'an unknown job',
    ask: (_, source) =>
      `{ job(source: "${source}", key: "${MEASURED[source].unknown.includes('/') ? 'default/' : ''}nobody") { name } }`,
    calls: everywhere('none', { nemo: '1 job', bytenite: '1 job' }),
    why: 'SAP, SoftwareOne: a text that cannot be a key is not asked for. deepset: nor is a workspace that the source does not read',
    lines: 0,
  },
  {
    name: 'a page of jobs with their fields and totalCount',
    ask: (_, source) =>
      `{ jobs(sources: ["${source}"], first: 50) { nodes { id name status } totalCount pageInfo { hasNextPage } } }`,
    calls: everywhere('1 jobs'),
    lines: 0,
  },
  {
    name: '15 listed jobs, each with its log and isComplete',
    ask: (_, source) =>
      `{ jobs(sources: ["${source}"], first: 50) { nodes { name logs(first: 20) { ${LINES} isComplete } } } }`,
    calls: everywhere('1 jobs + 15 logs', { sap: '15 job + 1 jobs + 18 logs' }),
    why: 'Listed jobs are known: isComplete asks for none of them. SAP: the list leaves out the schedules, and three of the logs are longer than a page',
    lines: 90,
  },
  {
    name: '15 listed jobs, each with its steps',
    ask: (_, source) => `{ jobs(sources: ["${source}"], first: 50) { nodes { name steps { nodes { key status } } } } }`,
    calls: everywhere('1 jobs', { nemo: '1 jobs + 15 status', sap: '15 job + 1 jobs' }),
    lines: 0,
  },
  {
    name: 'a job with its attempts, steps and tasks',
    ask: ofJob('long', `name ${PARTS}`),
    calls: everywhere('1 job + 1 tasks', {
      nemo: '1 attempts + 1 job + 1 status + 1 steps',
      sap: '1 job + 2 logs',
      deepset: '1 job',
      bytenite: '1 job + 1 logs',
    }),
    least: { nemo: '1 job + 1 status + 1 steps' },
    why: 'NeMo: the first to ask for attempts finds out whether the deployment has a route for them. SAP: attempts are runs, so their list is that of the log',
    lines: 0,
  },
  {
    name: 'steps and tasks of a job, with their counts',
    ask: ofJob('long', 'steps { nodes { key status } totalCount } tasks { nodes { key status } totalCount }'),
    calls: everywhere('1 tasks', {
      nemo: '1 job + 1 status',
      sap: '1 job',
      deepset: 'none',
      bytenite: '1 job + 1 logs',
    }),
    least: { nemo: '1 status' },
    why: 'NeMo: one status tree for both, and the job, which alone says of which attempt it is',
    lines: 0,
  },
  {
    name: "a job's attempts, each with its log",
    ask: ofJob('short', `attempts(first: 5) { nodes { key logs(first: 20) { ${LINES} } } }`),
    calls: {
      nemo: '1 attempts + 1 job + 1 logs + 1 steps',
      sap: '1 job + 1 logs',
    },
    least: { nemo: '1 job + 1 logs + 1 steps' },
    why: 'NeMo: as above. SAP: the runs that were listed are their own logs',
    lines: { nemo: 20, sap: 5 },
  },
  {
    name: "a job's tasks, each with its log, and the job's own log",
    ask: ofJob('short', `tasks { nodes { key logs(first: 20) { ${LINES} } } } logs(first: 20) { ${LINES} }`),
    calls: { nemo: '1 job + 3 logs + 1 status', bytenite: '2 logs' },
    least: { nemo: '3 logs + 1 status' },
    why: 'NeMo: as above. ByteNite: the first answer tells the tasks and gives the job’s lines, the second those of all tasks',
    lines: { nemo: 50, bytenite: 40 },
  },
  {
    name: 'the logs of two tasks and of their job, by id',
    ask: ({ short }, source) => {
      const [one = '', two = ''] = tasksOf(source);
      const task = (name: string): string => `node(id: "${encodeNodeId('Task', source, short[source], name)}")`;
      const logs = `logs(first: 20) { ${LINES} }`;
      return `{ a: ${task(one)} { ... on Task { ${logs} } } b: ${task(two)} { ... on Task { ${logs} } } c: node(id: "${jobIdOf(source, short[source])}") { ... on Job { ${logs} } } }`;
    },
    calls: { nemo: '3 logs', bytenite: '1 logs' },
    why: 'NeMo: filters by one task at a time',
    lines: { nemo: 50, bytenite: 40 },
  },
];
