/** Reads that share one call do so however long the turn of the event loop takes in which they begin. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isTurnOver } from '../../src/domain/fair-share.ts';
import { jobIdOf } from './calls/jobs.ts';
import { startWorld } from './calls/world.ts';
import type { Service, World } from './calls/world.ts';

let world: World;
let service: Service;
beforeAll(async () => {
  world = await startWorld();
  service = world.start();
});
afterAll(async () => {
  await service.close();
  await world.close();
});

/** Works until this turn of the event loop is over. What begins next rests. */
function work(): void {
  // eslint-disable-next-line no-empty -- it works
  while (!isTurnOver()) {}
}

const WARN = 'filter: { minSeverity: WARN }';
const LINES = '{ nodes { message } }';

function id(job: 'long' | 'short'): string {
  return JSON.stringify(jobIdOf('bytenite', world.jobs[job].bytenite));
}

const matching = (text: string, more: string): string => `filter: { matches: "${text}"${more} }`;

test.each([
  [
    'two merged logs',
    () =>
      `a: logs(jobs: [${id('short')}, ${id('long')}], first: 3) ${LINES}
       b: logs(jobs: [${id('short')}, ${id('long')}], first: 3, ${WARN}) ${LINES}`,
    2,
  ],
  [
    'a log and a histogram',
    () =>
      `a: node(id: ${id('short')}) { ... on Job { logs(first: 3) ${LINES} } }
       b: logHistogram(jobs: [${id('short')}], ${WARN}) { buckets { __typename } }`,
    1,
  ],
  [
    'two expressions',
    () =>
      `a: logs(jobs: [${id('short')}], first: 3, ${matching('a', '')}) ${LINES}
       b: logs(jobs: [${id('short')}], first: 3, ${matching('b', ', minSeverity: WARN')}) ${LINES}`,
    1,
  ],
  [
    'the tasks and a log with an expression',
    () =>
      `a: node(id: ${id('short')}) { ... on Job {
         tasks { nodes { name } } logs(first: 3, ${matching('a', ', minSeverity: WARN')}) ${LINES} } }`,
    1,
  ],
])('%s of a vendor that answers everything at once', async (_name, fields, calls) => {
  await new Promise((resolve) => setImmediate(resolve));
  world.takeCalls();
  work();
  const { codes } = await service.ask(`{ ${fields()} }`);
  expect(codes).toEqual([]);
  expect(world.takeCalls().bytenite).toEqual({ logs: calls });
});
