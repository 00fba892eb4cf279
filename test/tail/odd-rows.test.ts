import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { LogStreamEvent } from '../../src/federation/api.ts';
import type { SandboxReply, SimulatedVendor } from '../../src/sandbox/types.ts';
import { waitFor } from '../redis/wait-for.ts';
import { rowsHolding } from '../../src/library/testing/odd-rows.ts';
import { textOfBody } from '../vendors/contract/odd-rows.ts';
import { inOrder } from './in-order.ts';
import { stand } from './stand.ts';
import { TAILED } from './vendors.ts';

/** The text of the line whose row has no time that can be read. */
const ODD = 'the odd one';

/** The vendor, but that all times of the odd row are objects. */
function withOddTimes(simulation: SimulatedVendor): SimulatedVendor {
  return {
    ...simulation,
    async handle(request) {
      const reply = await simulation.handle(request);
      return simulation.classify(request) === 'logs' && reply.status === 200 ? oddReply(reply) : reply;
    },
  };
}

async function oddReply(reply: SandboxReply): Promise<SandboxReply> {
  const body: unknown = JSON.parse(await textOfBody(reply.body));
  for (const row of rowsHolding(body, ODD)) {
    for (const name of Object.keys(row)) if (/time|logged_at/i.test(name)) row[name] = {};
  }
  return { ...reply, body: JSON.stringify(body) };
}

for (const { vendor, simulate, configuration } of TAILED) {
  test(`a tail of ${vendor} says once of each row that it could not be read, and gives the lines around it`, async () => {
    const { federation, vendors } = await stand({
      vendors: { source: withOddTimes(simulate()) },
      configuration: { source: configuration },
    });
    const { source } = vendors;
    const key = source.simulation.createJob({ status: 'RUNNING' });
    const events: LogStreamEvent[] = [];
    const batches = () => events.flatMap((event) => (event.type === 'LogBatch' ? [event] : []));
    const texts = () => batches().flatMap(({ edges }) => edges.map(({ node }) => node.message));
    const dropped = () => batches().flatMap((batch) => batch.dropped ?? []);
    const write = (): string[] => {
      const [before, odd, after] = inOrder(3);
      source.simulation.write(key, [before!, { ...odd!, message: ODD }, after!]);
      return [before!.message, after!.message];
    };

    const expected = write();
    const leaving = new AbortController();
    const reading = (async () => {
      const call = createCall({ signal: leaving.signal });
      for await (const event of federation.tail([{ source: 'source', key }], { tail: 10 }, call)) events.push(event);
    })();
    await waitFor('what was there is told', () => texts().length === 2 && dropped().length > 0);
    expected.push(...write());
    await waitFor('what is new is told', () => texts().length === 4 && dropped().length > 1);
    const polls = source.calls.length;
    await waitFor('all of it is read again', () => source.calls.length > polls + 5);

    const once = { count: 1, reason: expect.stringContaining("can't be read: ") as string };
    expect(dropped()).toMatchObject([once, once]);
    // A vendor whose clock shows seconds has several lines in one instant.
    expect(texts().sort()).toEqual(expected);
    leaving.abort();
    await reading;
  });
}
