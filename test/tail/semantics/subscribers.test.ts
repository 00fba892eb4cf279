import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { simulateByteNite } from '../../../src/sandbox/bytenite/index.ts';
import { SANDBOX_KEY, simulateDeepset } from '../../../src/sandbox/deepset/index.ts';
import { SANDBOX_TOKEN, simulateNemo } from '../../../src/sandbox/nemo/index.ts';
import { simulateSap } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import { CREDENTIALS } from '../../../src/sandbox/sap-job-scheduling/settings.ts';
import { simulateSoftwareOne } from '../../../src/sandbox/softwareone/index.ts';
import type { SandboxRequest, SimulatedVendor } from '../../../src/sandbox/types.ts';
import { eventually, follow, multiset } from '../follower.ts';
import { fresh, TAILED } from '../vendors.ts';
import { counts, followBoth, leaveAll, polled, TRANSPORTS, untilAll, untilAllHave, untilAllLive } from './followers.ts';
import { point } from './points.ts';
import { stand } from './swift-stand.ts';

/** What each poll calls where its state is asked for each time, and the first reading of the log's end as well. */
const CALLS_OF_POLL = { job: 1, logs: 1 };

/**
 * Calls that polls do not make, but that are made once: for a token, and at NeMo for the attempts of a job, by its
 * steps.
 */
const ONCE: ReadonlySet<string> = new Set(['token', 'steps']);

describe(point(12), () => {
  test.each(TAILED)('$vendor: 100 over WebSocket and SSE, and one', async ({ simulate }) => {
    for (const crowd of [1, 100]) {
      const service = await stand({
        vendors: { one: simulate() },
        tail: { refreshMilliseconds: 0, intervalMilliseconds: 20, maxIntervalMilliseconds: 20 },
      });
      const server = service.vendors.one;
      const key = server.simulation.createJob();
      const jobs = [service.id('one', key)];
      const followers = Array.from({ length: crowd }, (_, index) =>
        follow(TRANSPORTS[index % 2]!, service.url, { jobs, ...(index % 3 === 0 ? { tail: 10 } : {}) }),
      );
      await untilAllLive(followers);
      const written = fresh(6);
      for (const line of written) {
        server.simulation.write(key, [line]);
        await polled(service, 1);
      }
      await untilAllHave(followers, written.length);
      // From here on the source is left alone: the calls can be counted.
      server.inject({ kinds: ['logs'], what: { do: 'status', status: 429, headers: { 'retry-after': '600' } } });
      await untilAll(followers, isBackingOff, 'it backs off');
      for (const { lines } of followers) expect(counts(lines)).toEqual(counts(written));
      const { feeds, subscribers, polls } = service.federation.tailStatistics();
      expect({ feeds, subscribers }).toEqual({ feeds: 1, subscribers: crowd });
      const { job, logs } = CALLS_OF_POLL;
      const made = server.calls.filter(({ kind, status }) => !ONCE.has(kind) && status < 400).map(({ kind }) => kind);
      // The last poll was refused the log.
      expect(multiset(made)).toEqual({ job: job * (1 + polls), logs: logs * polls });
      await leaveAll(followers);
    }
  });
});

function isBackingOff({ events }: ReturnType<typeof follow>): boolean {
  return events.some((event) => event.__typename === 'LogStreamStatus' && event.state === 'BACKING_OFF');
}

interface Forwarding {
  readonly vendor: string;
  readonly simulate: () => SimulatedVendor;
  /** What the vendor itself would accept. */
  readonly accepted: (simulation: SimulatedVendor) => Promise<string>;
}

const FORWARDING: readonly Forwarding[] = [
  { vendor: 'nemo', simulate: simulateNemo, accepted: () => Promise.resolve(`Bearer ${SANDBOX_TOKEN}`) },
  {
    vendor: 'sap-job-scheduling',
    simulate: () => simulateSap({ auth: 'basic' }),
    accepted: () => Promise.resolve(`Basic ${btoa(`${CREDENTIALS.user}:${CREDENTIALS.password}`)}`),
  },
  { vendor: 'bytenite', simulate: simulateByteNite, accepted: exchangedKey },
  {
    vendor: 'softwareone',
    simulate: simulateSoftwareOne,
    accepted: () => Promise.resolve('Bearer softwareone-sandbox-token'),
  },
  { vendor: 'deepset', simulate: simulateDeepset, accepted: () => Promise.resolve(`Bearer ${SANDBOX_KEY}`) },
];

async function exchangedKey(simulation: SimulatedVendor): Promise<string> {
  const { body } = await simulation.handle({
    method: 'POST',
    url: '/v1/auth/access_token',
    segments: ['v1', 'auth', 'access_token'],
    query: new URLSearchParams(),
    rawQuery: '',
    headers: {},
    body: JSON.stringify({ apiKey: 'bytenite-sandbox-key' }),
  });
  // The simulation's own answer.
  return (body as { readonly token: string }).token;
}

/** The vendor for people with credentials of their own, whose calls are counted for each of them. */
function forPeople(inner: SimulatedVendor, accepted: Forwarding['accepted']) {
  const calls: string[] = [];
  const header = accepted(inner);
  const simulation: SimulatedVendor = {
    ...inner,
    async handle(request: SandboxRequest) {
      const person = request.headers['authorization'] ?? 'nobody';
      const reply = await inner.handle({ ...request, headers: { ...request.headers, authorization: await header } });
      const kind = inner.classify(request);
      // Calls that the source refuses are made once, by the first subscriber, so they are not counted.
      if (reply.status < 400 && !ONCE.has(kind)) calls.push(`${person}: ${kind}`);
      return reply;
    },
  };
  return { simulation, calls };
}

describe(`${point(12)} (with \`forward: true\`)`, () => {
  test.each(FORWARDING)('$vendor: 20 of each of two people', async ({ simulate, accepted }) => {
    const { simulation, calls } = forPeople(simulate(), accepted);
    const service = await stand({
      vendors: { one: simulation },
      configuration: { one: { forward: true } },
      // No poll is ever due: every call is caused by a new subscriber.
      tail: { refreshMilliseconds: 0, intervalMilliseconds: 600_000, maxIntervalMilliseconds: 600_000 },
    });
    const key = simulation.createJob();
    const jobs = [service.id('one', key)];
    const written = fresh(5);
    simulation.write(key, written);
    const people = ['Bearer alice', 'Bearer bob'];
    const followers = Array.from({ length: 40 }, (_, index) =>
      follow(TRANSPORTS[index % 2]!, service.url, { jobs, tail: 10 }, people[(index >> 1) % 2]),
    );
    await untilAllHave(followers, written.length);
    await untilAllLive(followers);
    expect(service.federation.tailStatistics()).toMatchObject({ feeds: 2, subscribers: 40 });
    const { job, logs } = CALLS_OF_POLL;
    const expected = Object.fromEntries(
      // The end of the log and the first poll, for each.
      people.flatMap((person) => [
        [`${person}: job`, job * 2],
        [`${person}: logs`, logs * 2],
      ]),
    );
    await eventually(() => calls.filter((call) => call.endsWith('logs')).length >= 4, 'both have polled');
    expect(multiset(calls)).toEqual(expected);
    for (const { lines } of followers) expect(counts(lines)).toEqual(counts(written));

    // When the last subscriber of one person leaves, only that poller stops.
    await leaveAll(followers.filter((_, index) => (index >> 1) % 2 === 0));
    await eventually(() => service.federation.tailStatistics().feeds === 1, "one person's poller stops");
    expect(service.federation.tailStatistics()).toMatchObject({ feeds: 1, subscribers: 20 });
    await leaveAll(followers);
  });
});

describe(point(14), () => {
  const intervalMilliseconds = 25;

  describe.each(TRANSPORTS)('over %s', (transport) => {
    test.each(TAILED)('$vendor', async ({ simulate }) => {
      const tail = { intervalMilliseconds, maxIntervalMilliseconds: intervalMilliseconds, refreshMilliseconds: 0 };
      const service = await stand({ vendors: { one: simulate() }, tail });
      const server = service.vendors.one;
      const key = server.simulation.createJob();
      server.simulation.write(key, fresh(3));
      for (const way of ['leave', 'kill'] as const) {
        const followers = [
          ...followBoth(service.url, { jobs: [service.id('one', key)] }),
          follow(transport, service.url, { jobs: [service.id('one', key)] }),
        ];
        await untilAllLive(followers);
        for (const follower of followers.slice(0, 2)) await follower[way]();
        await eventually(() => service.federation.tailStatistics().subscribers === 1, 'two are gone');
        // It is polled while it has a subscriber.
        await polled(service, 2);
        await followers[2]![way]();
        // Polls go on until the service has heard of it, however long that takes, and no longer.
        await eventually(() => service.federation.tailStatistics().subscribers === 0, 'the third is gone');
        const { feeds, polls } = service.federation.tailStatistics();
        expect(feeds).toBe(0);
        // A call that was on its way may still come in. Three intervals without any show that nothing follows it.
        let came = -1;
        for (let window = 0; window < 5 && server.calls.length !== came; window += 1) {
          came = server.calls.length;
          await pause(3 * intervalMilliseconds);
        }
        expect(server.calls).toHaveLength(came);
        expect(service.federation.tailStatistics()).toMatchObject({ feeds: 0, subscribers: 0, polls });
      }
    });
  });
});
