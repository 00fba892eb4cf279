import { describe, expect, test } from 'vitest';
import type { SandboxLine } from '../../../src/sandbox/types.ts';
import { ask } from '../../acceptance/service.ts';
import { follow } from '../follower.ts';
import { fresh, now, TAILED, texts } from '../vendors.ts';
import { counts, followBoth, leaveAll, polled, TRANSPORTS, untilAllHave, untilAllLive } from './followers.ts';
import { point } from './points.ts';
import { stand } from './swift-stand.ts';

const SEVERITIES = ['debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Lines of one instant. A vendor that can't go on within an instant takes it apart by severity. */
function together(count: number, time: bigint): SandboxLine[] {
  return fresh(count).map((line, index) => ({
    ...line,
    time,
    severity: SEVERITIES[index % SEVERITIES.length] ?? 'info',
  }));
}

interface Edge {
  readonly cursor: string;
  readonly node: { readonly message: string };
}

interface Page {
  readonly edges: readonly Edge[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const PAGES = `query ($jobs: [ID!]!, $first: Int, $after: String, $last: Int, $before: String) {
  logs(jobs: $jobs, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { message } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

async function page(url: string, variables: Readonly<Record<string, unknown>>): Promise<Page> {
  const { data } = await ask<{ readonly logs: Page }>(`${url}/graphql`, PAGES, variables);
  return data.logs;
}

/** The whole log in pages of five. */
async function forwards(url: string, jobs: readonly string[], after: string | null = null): Promise<Edge[]> {
  const { edges, pageInfo } = await page(url, { jobs, first: 5, after });
  return pageInfo.hasNextPage ? [...edges, ...(await forwards(url, jobs, pageInfo.endCursor))] : [...edges];
}

/** The same from the end. */
async function backwards(url: string, jobs: readonly string[], before: string | null = null): Promise<Edge[]> {
  const { edges, pageInfo } = await page(url, { jobs, last: 5, before });
  return pageInfo.hasPreviousPage ? [...(await backwards(url, jobs, pageInfo.startCursor)), ...edges] : [...edges];
}

describe(point(1), () => {
  test.each(TAILED)('$vendor, over WebSocket and SSE', async ({ vendor, simulate, configuration }) => {
    const service = await stand({ vendors: { one: simulate() }, configuration: { one: configuration } });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const jobs = [service.id('one', key)];
    const size = vendor === 'deepset' ? 100 : 7;
    // Long ago, with newer lines behind it: what is read again of it is read from the vendor.
    const crowd = together(3 * size, now() - 600_000_000_000n);
    const newer = fresh(size + 1);
    simulation.write(key, [...crowd, ...newer]);
    const written = counts([...crowd, ...newer]);

    const forward = await forwards(service.url, jobs);
    const order = forward.map(({ node }) => node.message);
    expect(counts(forward.map(({ node }) => node))).toEqual(written);
    const backward = await backwards(service.url, jobs);
    expect(backward.map(({ node }) => node.message)).toEqual(order);

    const steady = followBoth(service.url, { jobs, tail: 1_000 });
    await untilAllHave(steady, order.length);
    for (const { lines } of steady) expect(texts(lines)).toEqual(order);

    // A page that can't be made smaller makes many of them: then every place near a border.
    const places = order.map((_, index) => index).filter((index) => vendor !== 'deepset' || (index + 2) % size < 4);
    for (const [turn, index] of places.entries()) {
      const after = steady[0]!.lines[index]!.cursor;
      const resumed = follow(TRANSPORTS[turn % 2]!, service.url, { jobs, after });
      const rest = order.slice(index + 1);
      await resumed.until(({ lines }) => lines.length >= rest.length, `there is what follows line ${index}`);
      await untilAllLive([resumed]);
      expect(texts(resumed.lines)).toEqual(rest);
      await resumed.leave();
    }
    await leaveAll(steady);
  });
});

describe(point(2), () => {
  test.each(TAILED)('$vendor, over WebSocket and SSE', async ({ simulate, configuration }) => {
    const service = await stand({ vendors: { one: simulate() }, configuration: { one: configuration } });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const jobs = [service.id('one', key)];
    const time = now();
    const twin = (): SandboxLine => ({ time, message: 'twin' });
    const followers = followBoth(service.url, { jobs });
    await untilAllLive(followers);
    simulation.write(key, [twin(), twin()]);
    await untilAllHave(followers, 2);
    await polled(service, 4);
    for (const { lines } of followers) expect(counts(lines)).toEqual({ twin: 2 });
    const [after] = followers.map(({ cursor }) => cursor);

    // A third twin is a third line, also for subscribers that begin later or resume.
    simulation.write(key, [twin()]);
    await untilAllHave(followers, 3);
    await polled(service, 4);
    const others = [
      ...followBoth(service.url, { jobs, tail: 10 }),
      ...followBoth(service.url, { jobs, after: after! }),
    ];
    await untilAllLive(others);
    await polled(service, 2);
    for (const { lines } of [...followers, ...others.slice(0, 2)]) {
      expect(counts(lines)).toEqual({ twin: 3 });
      expect(new Set(lines.map(({ id }) => id)).size).toBe(3);
    }
    for (const { lines } of others.slice(2)) expect(counts(lines)).toEqual({ twin: 1 });
    await leaveAll([...followers, ...others]);
  });
});
