import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { waitFor } from '../redis/wait-for.ts';
import { inOrder } from './in-order.ts';
import { stand } from './stand.ts';
import { TAILED } from './vendors.ts';

for (const { vendor, simulate, configuration } of TAILED) {
  test(`a tail of ${vendor} gives each line once where a page of them is too large an answer`, async () => {
    const { federation, vendors } = await stand({
      vendors: { source: simulate() },
      configuration: { source: { ...configuration, limits: { maxResponseBytes: 65_536 } } },
    });
    const { source } = vendors;
    const key = source.simulation.createJob({ status: 'RUNNING' });
    const texts: string[] = [];
    const expected: string[] = [];
    const write = (): void => {
      const lines = inOrder(7).map((line) => ({ ...line, message: line.message.padEnd(14_000, 'x') }));
      source.simulation.write(key, lines);
      expected.push(...lines.map(({ message }) => message));
    };
    write();
    const leaving = new AbortController();
    const reading = (async () => {
      const call = createCall({ signal: leaving.signal });
      for await (const event of federation.tail([{ source: 'source', key }], { tail: 10 }, call)) {
        if (event.type === 'LogBatch') texts.push(...event.edges.map(({ node }) => node.message));
      }
    })();
    await waitFor('what was there is told', () => texts.length >= 7);
    write();
    await waitFor('what is new is told', () => texts.length >= 14);
    const polls = source.calls.length;
    await waitFor('all of it is read again', () => source.calls.length > polls + 5);
    // A vendor whose clock shows seconds has several lines in one instant.
    expect(texts.sort()).toEqual(expected.sort());
    leaving.abort();
    await reading;
  });
}
