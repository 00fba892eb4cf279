import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import { eventually, follow, hasEnded, isLive, multiset } from './follower.ts';
import type { Follower, Transport } from './follower.ts';
import { openStand } from './stand.ts';
import type { Stand, StandOptions } from './stand.ts';
import { fresh } from './vendors.ts';

type Service = Stand<{ one: ReturnType<typeof simulateNemo> }>;

const COUNT = 20;
const INTERVAL = 20;

/** What keeps this process busy, by kind. */
function handles(): Record<string, number> {
  return multiset(
    process.getActiveResourcesInfo().filter((kind) => /TCP|Pipe|Timeout|Immediate|FS|Request/.test(kind)),
  );
}

/** Sockets that are open at servers of this process: at the one of that address, or at all, vendors included. */
function countSockets(): { readonly at: (url: string) => number; readonly all: () => number } {
  const sockets = new Set<Socket>();
  const note = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  subscribe('net.server.socket', note);
  onTestFinished(() => void unsubscribe('net.server.socket', note));
  return {
    at: (url) => [...sockets].filter(({ localPort }) => localPort === Number(new URL(url).port)).length,
    all: () => sockets.size,
  };
}

/** Listeners that are on this process itself. */
function processListeners(): Record<string, number> {
  return Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)]));
}

/** Over a connection of its own that does not stay. */
async function metricsOf(service: Service): Promise<string> {
  const [response] = (await once(get(`${service.url}/metrics`, { agent: false }), 'response')) as [IncomingMessage];
  return text(response);
}

const GAUGES = ['tributary_tail_jobs', 'tributary_tail_subscribers', 'tributary_graphql_subscriptions'];

async function gauges(service: Service): Promise<Record<string, number>> {
  const shown = await metricsOf(service);
  return Object.fromEntries(GAUGES.map((name) => [name, Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(shown)?.[1])]));
}

async function open(options: Partial<StandOptions<{ one: ReturnType<typeof simulateNemo> }>> = {}): Promise<Service> {
  return openStand({
    vendors: { one: simulateNemo() },
    tail: { intervalMilliseconds: INTERVAL, maxIntervalMilliseconds: INTERVAL },
    ...options,
  });
}

/** Two jobs with lines, and subscribers of both. */
async function followAll(service: Service, transport: Transport) {
  const { simulation } = service.vendors.one;
  const keys = [simulation.createJob(), simulation.createJob()];
  for (const key of keys) simulation.write(key, fresh(5));
  const jobs = keys.map((key) => service.id('one', key));
  const followers = Array.from({ length: COUNT }, () => follow(transport, service.url, { jobs, tail: 3 }));
  await Promise.all(followers.map((follower) => follower.until(isLive)));
  expect(await gauges(service)).toEqual({
    tributary_tail_jobs: 2,
    tributary_tail_subscribers: 2 * COUNT,
    tributary_graphql_subscriptions: COUNT,
  });
  return { keys, followers };
}

/** How subscribers can end. */
const WAYS: Readonly<
  Record<string, (service: Service, keys: readonly string[], followers: readonly Follower[]) => Promise<unknown>>
> = {
  'they say goodbye': (_service, _keys, followers) => Promise.all(followers.map((follower) => follower.leave())),
  'their connections break': (_service, _keys, followers) => {
    for (const follower of followers) follower.kill();
    return Promise.resolve();
  },
  'their jobs are finished': async (service, keys, followers) => {
    for (const key of keys) service.vendors.one.simulation.setStatus(key, 'SUCCEEDED');
    await Promise.all(followers.map(({ over }) => over));
    for (const follower of followers) {
      expect(hasEnded(follower)).toBe(true);
      await follower.leave();
    }
  },
};

describe.each(['WebSocket', 'SSE'] as const)('the last subscriber over %s', (transport) => {
  test.each(Object.keys(WAYS))('leaves no poller, timer, socket or listener behind when %s', async (way) => {
    const sockets = countSockets();
    const atFirst = { handles: handles(), listeners: processListeners() };
    const service = await open();
    // A client's idle connection is not counted: it does not keep the process alive. The vendor's end of it does.
    const handlesButForVendor = (): Record<string, number> => {
      const { TCPSocketWrap: ends = 0, ...rest } = handles();
      return { ...rest, TCPSocketWrap: ends - sockets.at(service.vendors.one.origin) };
    };
    // Two servers listen: the service and the vendor.
    const atRest = { ...atFirst.handles, TCPServerWrap: (atFirst.handles['TCPServerWrap'] ?? 0) + 2 };
    // A first round: what is made once and kept must not grow in the second.
    const first = await followAll(service, transport);
    await WAYS[way]?.(service, first.keys, first.followers);
    await eventually(() => service.federation.tailStatistics().feeds === 0, 'the pollers stop');
    await eventually(() => sockets.at(service.url) === 0, 'the sockets are closed');

    const second = await followAll(service, transport);
    await WAYS[way]?.(service, second.keys, second.followers);
    await eventually(() => service.federation.tailStatistics().feeds === 0, 'the pollers stop');
    expect(await gauges(service)).toEqual(Object.fromEntries(GAUGES.map((name) => [name, 0])));
    await eventually(() => sockets.at(service.url) === 0, 'the sockets are closed');
    await eventually(
      () => isNoMoreThan(handlesButForVendor(), atRest),
      () => `no handle is left but those of servers that listen (${JSON.stringify(handlesButForVendor())})`,
    );

    // Polling has stopped: the vendor gets no call for many intervals.
    const { polls } = service.federation.tailStatistics();
    service.vendors.one.resetCalls();
    await pause(10 * INTERVAL);
    expect([service.federation.tailStatistics().polls, service.vendors.one.calls]).toEqual([polls, []]);

    await service.close();
    await eventually(() => sockets.all() === 0, 'no socket is left');
    await eventually(() => isNoMoreThan(handles(), atFirst.handles), 'no handle is left');
    expect(processListeners()).toEqual(atFirst.listeners);
    expect(service.log).toEqual([]);
  });

  test('leaves nothing behind when the server goes down', async () => {
    const sockets = countSockets();
    const atFirst = { handles: handles(), listeners: processListeners() };
    const service = await open();
    const { followers } = await followAll(service, transport);
    await service.stop();
    await Promise.all(followers.map(({ over }) => over));
    expect(service.federation.tailStatistics()).toMatchObject({ feeds: 0, subscribers: 0 });
    await service.close();
    for (const follower of followers) await follower.leave();
    await eventually(() => sockets.all() === 0, 'no socket is left');
    await eventually(() => isNoMoreThan(handles(), atFirst.handles), 'no handle is left');
    expect(processListeners()).toEqual(atFirst.listeners);
  });
});

function isNoMoreThan(now: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>): boolean {
  return Object.entries(now).every(([kind, count]) => count <= (before[kind] ?? 0));
}
