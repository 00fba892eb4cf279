import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simulateNemo } from '../../../src/sandbox/nemo/index.ts';
import { simulateSap } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import { DEEP_LINES, simulations } from './jobs.ts';
import { ofJob } from './shape.ts';
import type { Source } from './sources.ts';
import { startWorld } from './world.ts';
import type { Service, World } from './world.ts';

const NODES = 'nodes { message } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

interface Page {
  readonly lines: readonly number[];
  readonly start: string;
  readonly end: string;
  readonly calls: number;
}

/** Reads a page of the deep log, by default from an instance without any state. */
async function pageOf(world: World, source: Source, args: string, service?: Service): Promise<Page> {
  const asked = service ?? world.start();
  world.takeCalls();
  const answer = await asked.ask(ofJob('deep', `logs(${args}) { ${NODES} }`)(world.jobs, source, ''));
  const calls = Object.values(world.takeCalls()[source]).reduce((sum, count) => sum + count, 0);
  if (service === undefined) await asked.close();
  expect(answer.codes).toEqual([]);
  const { logs } = answer.data['job'] as {
    readonly logs: {
      readonly nodes: readonly { readonly message: string }[];
      readonly pageInfo: { readonly startCursor: string; readonly endCursor: string };
    };
  };
  return {
    lines: logs.nodes.map(({ message }) => Number(message.replace('line ', ''))),
    start: logs.pageInfo.startCursor,
    end: logs.pageInfo.endCursor,
    calls,
  };
}

function linesFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** A page at that depth may cost at most two calls more than page 1, forward and backward, in either order. */
async function expectCheap(world: World, source: Source, cursor: string, line: number): Promise<void> {
  const first = await pageOf(world, source, 'first: 20');
  expect(first.lines).toEqual(linesFrom(0, 20));
  const forward = await pageOf(world, source, `first: 20, after: "${cursor}"`);
  expect(forward.lines).toEqual(linesFrom(line + 1, 20));
  const back = await pageOf(world, source, `last: 20, before: "${cursor}"`);
  expect(back.lines).toEqual(linesFrom(line - 20, 20));
  const further = await pageOf(world, source, `first: 20, after: "${forward.end}"`);
  expect(further.lines).toEqual(linesFrom(line + 21, 20));
  for (const page of [forward, back, further]) expect(page.calls).toBeLessThanOrEqual(first.calls + 2);
}

describe('a page at line 1,000,000', () => {
  let world: World;
  let legacy: World;

  beforeAll(async () => {
    world = await startWorld();
    legacy = await startWorld({ ...simulations(), sap: simulateSap({ dialect: 'legacy' }) });
  });
  afterAll(() => Promise.all([world.close(), legacy.close()]));

  test.each(['nemo', 'sap', 'softwareone', 'deepset'] as const)(
    'costs what page 1 costs, and two calls at most: %s',
    async (source) => {
      for (const last of [500, 450]) {
        const tail = await pageOf(world, source, `last: ${last}`);
        await expectCheap(world, source, tail.start, DEEP_LINES - last);
      }
    },
  );

  test('costs as little if SAP has no cursors', async () => {
    const tail = await pageOf(legacy, 'sap', 'last: 450');
    await expectCheap(legacy, 'sap', tail.start, DEEP_LINES - 450);
  });

  test.each(['nemo', 'sap', 'softwareone', 'deepset'] as const)('costs the same newest first: %s', async (source) => {
    const order = 'orderBy: { field: TIMESTAMP, direction: DESC }';
    const first = await pageOf(world, source, `first: 20, ${order}`);
    expect(first.lines).toEqual(linesFrom(DEEP_LINES - 20, 20).reverse());
    const oldest = await pageOf(world, source, `last: 450, ${order}`);
    const deep = await pageOf(world, source, `first: 20, after: "${oldest.start}", ${order}`);
    expect(deep.lines).toEqual(linesFrom(429, 20).reverse());
    expect(deep.calls).toBeLessThanOrEqual(first.calls + 2);
  });
});

describe('a deep page of a source with opaque page tokens', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld({ ...simulations(), nemo: simulateNemo({ tokens: 'opaque' }) });
  });
  afterAll(() => world.close());

  test('costs as much as page 1, at most two calls, while the tokens are valid', async () => {
    const reader = world.start();
    // 60 native pages: further than a walk from the start may go.
    let page = await pageOf(world, 'nemo', 'first: 500', reader);
    for (let read = 0; read < 60; read += 1)
      page = await pageOf(world, 'nemo', `first: 1000, after: "${page.end}"`, reader);
    await reader.close();
    await expectCheap(world, 'nemo', page.end, 60_499);
  });
});
