import { describe, expect, test } from 'vitest';
import { simulateByteNite } from '../../../src/sandbox/bytenite/index.ts';
import { simulateDeepset } from '../../../src/sandbox/deepset/index.ts';
import { simulateNemo } from '../../../src/sandbox/nemo/index.ts';
import { simulateSap } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import { simulateSoftwareOne } from '../../../src/sandbox/softwareone/index.ts';
import type { SandboxLine, SandboxReply, SimulatedVendor } from '../../../src/sandbox/types.ts';
import { follow } from '../follower.ts';
import type { StreamEvent } from '../follower.ts';
import { fresh, texts } from '../vendors.ts';
import {
  counts,
  followBoth,
  leaveAll,
  outOfOrder,
  polled,
  TRANSPORTS,
  untilAllHave,
  untilAllLive,
} from './followers.ts';
import { point } from './points.ts';
import { openStand, stand } from './swift-stand.ts';

/** Lines of some minutes ago, a second apart, and some of now: the old ones are read from the vendor's pages. */
function longLog(count: number): SandboxLine[] {
  const old = Array.from({ length: count }, (_, index) => fresh(1, 600_000 - index * 1_000)).flat();
  return [...old, ...fresh(10)];
}

interface LogPage {
  readonly data: readonly unknown[];
  readonly next_page?: string | null;
}

/** A vendor whose every page comes as three: a short one, an empty one, and the rest, each with a token for the next. */
function patchy(inner: SimulatedVendor): SimulatedVendor {
  const parts = new Map<string, { readonly cursor: string | null; readonly part: number }>();

  async function answer(request: Parameters<SimulatedVendor['handle']>[0]): Promise<SandboxReply> {
    const token = request.query.get('page_cursor');
    const { cursor, part } = (token === null ? null : parts.get(token)) ?? { cursor: token, part: 0 };
    const query = new URLSearchParams(request.query);
    query.delete('page_cursor');
    if (cursor !== null) query.set('page_cursor', cursor);
    const reply = await inner.handle({ ...request, query, rawQuery: query.toString() });
    if (reply.status !== 200) return reply;
    // The simulation's own page.
    const page = reply.body as LogPage;
    const name = `${cursor ?? 'first'} part ${part + 1}`;
    parts.set(name, { cursor, part: part + 1 });
    const data = [page.data.slice(0, 3), [], page.data.slice(3)][part];
    return { ...reply, body: { ...page, data, next_page: part === 2 ? page.next_page : name } };
  }

  return {
    ...inner,
    handle: (request) => (inner.classify(request) === 'logs' ? answer(request) : inner.handle(request)),
  };
}

/** The vendors that can give an empty page with more behind it; the others have a token only where they have a line. */
const EMPTY_PAGES: readonly { readonly vendor: string; readonly simulate: () => SimulatedVendor }[] = [
  { vendor: 'nemo', simulate: () => patchy(simulateNemo({ tokens: 'opaque' })) },
  { vendor: 'deepset', simulate: () => simulateDeepset({ dialect: { emptyPageSaysMore: true } }) },
];

describe(point(5), () => {
  test.each(EMPTY_PAGES)('$vendor, over WebSocket and SSE', async ({ vendor, simulate }) => {
    const service = await stand({
      vendors: { one: simulate() },
      configuration: { one: vendor === 'nemo' ? { pageSize: 7 } : {} },
    });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const followers = followBoth(service.url, { jobs: [service.id('one', key)], tail: 1_000 });
    await untilAllLive(followers);
    const written: SandboxLine[] = [];
    for (const count of [2, 30, 1, 8]) {
      await polled(service, 2);
      const lines = fresh(count);
      simulation.write(key, lines);
      written.push(...lines);
      await untilAllHave(followers, written.length);
    }
    const others = followBoth(service.url, { jobs: [service.id('one', key)], tail: 1_000 });
    await untilAllHave(others, written.length);
    await polled(service, 3);
    for (const { lines } of others) expect(texts(lines)).toEqual(texts(written));
    // A page that grows when it has been read shows the more at the next poll.
    for (const { lines } of followers) {
      expect(counts(lines)).toEqual(counts(written));
      expect(outOfOrder(lines)).toEqual([]);
    }
    await leaveAll([...followers, ...others]);
  });

  test.each(EMPTY_PAGES)('$vendor, also in history that is resumed', async ({ vendor, simulate }) => {
    const service = await stand({
      vendors: { one: simulate() },
      configuration: { one: vendor === 'nemo' ? { pageSize: 7 } : {} },
      tail: { batchSize: 10 },
    });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const jobs = [service.id('one', key)];
    const written = longLog(120);
    simulation.write(key, written);
    const first = follow('SSE', service.url, { jobs, tail: 1_000 });
    await untilAllHave([first], written.length);
    expect(texts(first.lines)).toEqual(texts(written));
    const { cursor } = first.lines[4]!;
    await first.leave();
    const followers = followBoth(service.url, { jobs, after: cursor });
    await untilAllHave(followers, written.length - 5);
    for (const { lines } of followers) expect(texts(lines)).toEqual(texts(written.slice(5)));
    await leaveAll(followers);
  });
});

interface Text {
  readonly message: string;
}

interface Expiring {
  readonly vendor: string;
  /** A vendor, and what makes it forget what it gave out for the line after which a subscriber resumes. */
  readonly start: () => { readonly simulation: SimulatedVendor; readonly expire: (last: SandboxLine) => void };
  readonly configuration: Readonly<Record<string, unknown>>;
}

const EXPIRING: readonly Expiring[] = [
  {
    vendor: 'nemo',
    start: () => {
      const simulation = simulateNemo({ tokens: 'opaque' });
      return {
        simulation,
        expire() {
          simulation.expireTokens();
        },
      };
    },
    configuration: { pageSize: 7 },
  },
  {
    vendor: 'sap-job-scheduling',
    start: () => {
      const simulation = simulateSap();
      return {
        simulation,
        expire({ time }) {
          simulation.expireTokens();
          // Deletes the run whose id marks the position.
          simulation.purgeBefore(time + 1n);
        },
      };
    },
    configuration: { pageSize: 7 },
  },
  {
    vendor: 'bytenite',
    start: () => {
      const simulation = simulateByteNite();
      return {
        simulation,
        expire() {
          simulation.expireTokens();
        },
      };
    },
    configuration: {},
  },
  // These two have no tokens: what they see is a replica that has never asked before.
  {
    vendor: 'softwareone',
    start: () => ({ simulation: simulateSoftwareOne(), expire: () => undefined }),
    configuration: { pageSize: 7 },
  },
  {
    vendor: 'deepset',
    start: () => ({ simulation: simulateDeepset(), expire: () => undefined }),
    configuration: {},
  },
];

/** The lines that a client got and its position, at the event that brought it to this many lines. */
function upTo(count: number, events: readonly StreamEvent[]): { readonly had: Text[]; readonly after: string } {
  const had: Text[] = [];
  for (const event of events) {
    if (event.__typename === 'LogBatch') had.push(...event.edges.map(({ node }) => node));
    if (had.length >= count) return { had, after: event.cursor };
  }
  throw new Error(`There are fewer than ${count} lines.`);
}

describe(point(6), () => {
  describe.each(TRANSPORTS)('over %s', (transport) => {
    test.each(EXPIRING)('$vendor, here and on another replica', async ({ start, configuration }) => {
      const { simulation, expire } = start();
      const options = {
        vendors: { one: simulation },
        configuration: { one: configuration },
        tail: { batchSize: 6 },
      };
      const one = await stand(options);
      const key = simulation.createJob();
      const jobs = [one.id('one', key)];
      const written = longLog(150);
      simulation.write(key, written);
      const begun = follow(transport, one.url, { jobs, tail: 1_000 });
      await begun.until(({ lines }) => lines.length >= written.length, 'all lines are there');
      const { cursor: begin } = begun.lines[29]!;
      await begun.leave();
      // Reading history: its cursors say where the vendor's next page is.
      const broken = follow(transport, one.url, { jobs, after: begin });
      await broken.until(({ lines }) => lines.length >= 20, 'some history is there');
      broken.kill();
      // Only these: more batches may have come at once, and unread lines of the purged second would be gone.
      const { had, after } = upTo(20, broken.events);
      const last = written.find(({ message }) => message === had.at(-1)?.message)!;
      expire(last);
      const more = fresh(5);
      simulation.write(key, more);
      const seen = new Set(texts(had));
      const rest = [...written.slice(30).filter(({ message }) => !seen.has(message)), ...more];
      expect(rest).toHaveLength(written.length - 30 - had.length + more.length);

      const two = await openStand(options);
      for (const { url } of [one, two]) {
        const resumed = follow(transport, url, { jobs, after });
        await resumed.until(({ lines }) => lines.length >= rest.length, 'the rest is there');
        expect(counts(resumed.lines)).toEqual(counts(rest));
        expect(texts(resumed.lines.filter(({ late }) => late))).toEqual([]);
        await resumed.leave();
      }
      await two.close();
    });
  });
});
