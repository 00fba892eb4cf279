import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { simulateByteNite } from '../../src/sandbox/bytenite/index.ts';
import { simulateDeepset } from '../../src/sandbox/deepset/index.ts';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import { simulateSap } from '../../src/sandbox/sap-job-scheduling/index.ts';
import { simulateSoftwareOne } from '../../src/sandbox/softwareone/index.ts';
import type { SimulatedVendor } from '../../src/sandbox/types.ts';
import { eventually, follow, hasEnded, isLive, TAIL } from './follower.ts';
import type { Follower, Line } from './follower.ts';
import { FAST, openStand, stand } from './stand.ts';
import { fresh, texts } from './vendors.ts';

const TRANSPORTS = ['WebSocket', 'SSE'] as const;

const hourAgo = (): bigint => (BigInt(Date.now()) - 3_600_000n) * 1_000_000n;

/** Vendors whose jobs end, with a clock that stood an hour ago when the job ended. The last one does not say when. */
const ENDED_LONG_AGO: readonly (readonly [string, () => SimulatedVendor])[] = [
  ['nemo', () => simulateNemo({ now: hourAgo })],
  ['bytenite', () => simulateByteNite({ now: hourAgo })],
  ['softwareone', () => simulateSoftwareOne({ now: () => Date.now() - 3_600_000 })],
  ['deepset', () => simulateDeepset()],
];

function reasonOf({ events }: Follower): string | null {
  const last = events.at(-1);
  return last?.__typename === 'LogStreamEnd' ? last.reason : null;
}

describe.each(TRANSPORTS)('the end of a stream over %s', (transport) => {
  test('comes when the job is finished and its log is drained', async () => {
    const service = await stand({ vendors: { one: simulateByteNite() } });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const lines = fresh(3);
    simulation.write(key, lines);
    simulation.setStatus(key, 'FAILED');
    const follower = follow(transport, service.url, { jobs: [service.id('one', key)], tail: 10 });
    await follower.over;
    expect(reasonOf(follower)).toBe('JOB_FINISHED');
    expect(texts(follower.lines)).toEqual(texts(lines));
    expect(follower.problem).toBeNull();
  });

  test.each(ENDED_LONG_AGO)('comes at once for a job of %s that ended an hour ago', async (_vendor, vendor) => {
    const service = await stand({ vendors: { one: vendor() }, tail: { drainMilliseconds: [600_000] } });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const lines = fresh(3, 3_600_000);
    simulation.write(key, lines);
    simulation.setStatus(key, 'FAILED');
    const follower = follow(transport, service.url, { jobs: [service.id('one', key)], tail: 10 });
    await follower.over;
    expect(reasonOf(follower)).toBe('JOB_FINISHED');
    expect(texts(follower.lines).sort()).toEqual(texts(lines).sort());
  });

  test('comes after the longest time that a stream may take, with a cursor to go on from', async () => {
    const service = await stand({ vendors: { one: simulateSoftwareOne() }, tail: { maxDurationMilliseconds: 300 } });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const jobs = [service.id('one', key)];
    const [before, between] = [fresh(3), fresh(2)];
    simulation.write(key, before);
    const received: Line[] = [];
    let cursor: string | null = null;
    /** Takes the events of one stream; a busy machine may bring a line or none in that time. */
    async function take(): Promise<void> {
      const stream = follow(transport, service.url, cursor === null ? { jobs, tail: 10 } : { jobs, after: cursor });
      await stream.over;
      expect(reasonOf(stream)).toBe('MAX_DURATION');
      received.push(...stream.lines);
      ({ cursor } = stream);
    }
    await take();
    simulation.write(key, between);
    do await take();
    while (received.length < before.length + between.length);
    // In one millisecond of that vendor's clock any order is right.
    expect(texts(received).sort()).toEqual(texts([...before, ...between]).sort());
  });

  test('comes when the server goes down, with a cursor that another server goes on from', async () => {
    const simulation = simulateNemo();
    const one = await openStand({ vendors: { one: simulation } });
    const key = simulation.createJob();
    const jobs = [one.id('one', key)];
    const [before, between] = [fresh(3), fresh(2)];
    simulation.write(key, before);
    const first = follow(transport, one.url, { jobs, tail: 10 });
    await first.until(isLive);
    await one.close();
    await first.over;
    expect(reasonOf(first)).toBe('SERVER_SHUTDOWN');
    simulation.write(key, between);
    const two = await stand({ vendors: { one: simulation } });
    const second = follow(transport, two.url, { jobs, after: first.cursor });
    await second.until(({ lines }) => lines.length === 2);
    expect(texts([...first.lines, ...second.lines])).toEqual(texts([...before, ...between]));
    second.kill();
  });

  test('comes when the job is deleted', async () => {
    const service = await stand({ vendors: { one: simulateSap() } });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    simulation.write(key, fresh(1));
    const follower = follow(transport, service.url, { jobs: [service.id('one', key)], tail: 1 });
    await follower.until(isLive);
    simulation.removeJob(key);
    await follower.over;
    expect(reasonOf(follower)).toBe('SOURCE_GONE');
  });

  test('is an error where there never was such a job', async () => {
    const service = await stand({ vendors: { one: simulateSap() } });
    const follower = follow(transport, service.url, { jobs: [service.id('one', '999')] });
    await follower.over;
    expect(hasEnded(follower)).toBe(false);
    expect(JSON.stringify(follower.problem)).toContain('"NOT_FOUND"');
  });

  test('of a client that disappears stops its poller', async () => {
    const service = await stand({ vendors: { one: simulateSap() } });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const follower = follow(transport, service.url, { jobs: [service.id('one', key)] });
    await follower.until(isLive);
    follower.kill();
    await eventually(() => service.federation.tailStatistics().feeds === 0, 'the poller stops');
    // A call that was under way may still reach the vendor. Ten intervals without any prove that polling is over.
    const { calls } = service.vendors.one;
    let last = -1;
    for (let window = 0; window < 5 && calls.length !== last; window += 1) {
      last = calls.length;
      await new Promise((resolve) => setTimeout(resolve, 10 * FAST.intervalMilliseconds!));
    }
    const { polls } = service.federation.tailStatistics();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(calls).toHaveLength(last);
    expect(service.federation.tailStatistics().polls).toBe(polls);
  });
});

describe('graphql-transport-ws', () => {
  async function open(options: { readonly heartbeatMilliseconds?: number } = {}) {
    const service = await stand({ vendors: { one: simulateSap() }, server: options });
    const key = service.vendors.one.simulation.createJob();
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    const payload = { query: TAIL, variables: { jobs: [service.id('one', key)] } };
    const send = (message: unknown): void => {
      socket.send(JSON.stringify(message));
    };
    return { service, socket, closed, payload, send };
  }

  test('closes with 4400 for an invalid message', async () => {
    const { closed, socket } = await open();
    socket.send('hello');
    expect(await closed).toBe(4400);
  });

  test('closes with 4401 for a subscription before the greeting', async () => {
    const { closed, send, payload } = await open();
    send({ type: 'subscribe', id: '1', payload });
    expect(await closed).toBe(4401);
  });

  test('closes with 4408 where no greeting comes', async () => {
    const { closed } = await open();
    expect(await closed).toBe(4408);
  });

  test('closes with 4409 for an id that is in use', async () => {
    const { closed, socket, send, payload } = await open();
    socket.once('message', () => {
      send({ type: 'subscribe', id: '1', payload });
      send({ type: 'subscribe', id: '1', payload });
    });
    send({ type: 'connection_init' });
    expect(await closed).toBe(4409);
  });

  test('closes with 4429 for a second greeting', async () => {
    const { closed, send } = await open();
    send({ type: 'connection_init' });
    send({ type: 'connection_init' });
    expect(await closed).toBe(4429);
  });

  test('closes with 1001 when the server goes down', async () => {
    const { closed, send, service } = await open();
    send({ type: 'connection_init' });
    await service.stop();
    expect(await closed).toBe(1001);
  });

  // The answer to a heartbeat has to come before the next one.
  test('sends heartbeats', async () => {
    const { socket, send } = await open({ heartbeatMilliseconds: 300 });
    send({ type: 'connection_init' });
    await new Promise((resolve) => socket.once('ping', resolve));
    await new Promise((resolve) => socket.once('ping', resolve));
    socket.terminate();
  });
});

describe('server-sent events in distinct connections mode', () => {
  test('name each event, send comments while nothing happens, and say when nothing more follows', async () => {
    const service = await stand({ vendors: { one: simulateByteNite() }, server: { heartbeatMilliseconds: 20 } });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: TAIL, variables: { jobs: [service.id('one', key)] } }),
    });
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.split(':\n\n').length >= 4) simulation.setStatus(key, 'SUCCEEDED');
    }
    const blocks = text.split('\n\n').filter((block) => block !== '' && block !== ':');
    expect(blocks.map((block) => block.split('\n')[0])).toEqual(['event: next', 'event: next', 'event: complete']);
    expect(blocks.at(-1)).toBe('event: complete\ndata:');
  });
});
