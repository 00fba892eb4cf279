import { afterEach, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { SoftwareOneSettings } from '../../../src/sandbox/softwareone/settings.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { readRows, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;

afterEach(() => harness.close());

/** Tasks with that many children each, and the keys of those children. */
async function families(sizes: readonly number[], settings: Partial<SoftwareOneSettings> = {}) {
  harness = await startHarness(settings);
  const { simulation } = harness;
  const made = sizes.map((size) => {
    const parent = simulation.createJob();
    return { parent, children: Array.from({ length: size }, () => simulation.createJob({ parent })).sort() };
  });
  return { parents: made.map(({ parent }) => parent), children: made.map(({ children }) => children) };
}

/** The keys of the children of each task, asked for in one tick of one call. */
async function childrenOf(connector: Connector, parents: readonly string[], call = createCall()): Promise<string[][]> {
  return Promise.all(
    parents.map(async (parent) => {
      const [partition] = await connector.parts.Task!.list(parent, call);
      return partition === undefined ? [] : (await readRows(partition, { call })).map(({ key }) => key);
    }),
  );
}

function kinds(): string[] {
  return harness.server.calls.map(({ kind, status }) => `${kind} ${status}`);
}

describe('the child tasks of several tasks', () => {
  test('cost one call, and their counts cost none', async () => {
    const { parents, children } = await families([3, 0, 2]);
    const connector = harness.connect();
    const call = createCall();
    expect(await childrenOf(connector, parents, call)).toEqual(children);
    const counts = await Promise.all(
      parents.map(async (parent) => (await connector.parts.Task!.list(parent, call))[0]?.count(call)),
    );
    expect(counts).toEqual([3, 0, 2]);
    // A fresh source is asked once for one row: its count shows that counts are not those of a page alone.
    expect(kinds()).toEqual(['tasks 200', 'tasks 200']);
  });

  test('cost one call per task if they do not fit on one native page', async () => {
    const { parents, children } = await families([60, 1, 40]);
    expect(await childrenOf(harness.connect(), parents)).toEqual(children);
    expect(kinds()).toEqual(['tasks 200', 'tasks 200', 'tasks 200', 'tasks 200']);
  });

  test('cost one call per task if the source reports no total', async () => {
    const { parents, children } = await families([60, 40], { totals: false });
    expect(await childrenOf(harness.connect(), parents)).toEqual(children);
  });

  test('are listed if the source does not filter by parents, and it is not asked to again', async () => {
    const { parents, children } = await families([2, 1], { unfilterableTasks: ['parent.id'] });
    const connector = harness.connect();
    for (let time = 0; time < 2; time += 1) expect(await childrenOf(connector, parents)).toEqual(children);
    const together = harness.asked().filter((query) => query.includes('in(parent.id'));
    expect(together).toHaveLength(1);
  });

  test('are listed if the source accepts filters and does not apply them', async () => {
    const { parents, children } = await families([2, 1], { ignoresFilters: true });
    const connector = harness.connect();
    for (let time = 0; time < 2; time += 1) expect(await childrenOf(connector, parents)).toEqual(children);
  });

  test('are requested by parent if there is only one task', async () => {
    const { parents, children } = await families([2]);
    expect(await childrenOf(harness.connect(), parents)).toEqual(children);
    // A fresh source is asked once for one row: its count shows that counts are not those of a page alone.
    expect(harness.asked()).toEqual([
      expect.stringContaining('eq(parent.id'),
      expect.stringMatching(/eq\(parent\.id.*limit=1&offset=0$/),
    ]);
  });
});
