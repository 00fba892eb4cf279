import { setTimeout as pause } from 'node:timers/promises';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import { DEFAULT_TAIL } from '../../src/federation/tail/settings.ts';
import type { TailSettings } from '../../src/federation/tail/settings.ts';
import { describeCalls, describeLatencies, markdownTable, megabytes } from './figures.ts';
import { describeReception, idOf, prepareGround, subscribe, untilReceived } from './ground.ts';
import type { Ground } from './ground.ts';
import type { Usage } from './server.ts';
import { Subscriber } from './subscriber.ts';
import { overEvents, overWebSocket } from './transports.ts';

export interface Scale {
  readonly subscribers: number;
  readonly jobs: number;
  /** How long each measurement lasts. */
  readonly seconds: number;
  /** Lines that arrive while one subscriber does not read, and how long that takes. */
  readonly slowLines: number;
  readonly slowSeconds: number;
  /** Others on the slow subscriber's job. */
  readonly slowNeighbours: number;
}

const SOURCES = Object.keys(SIMULATED);
/** The source with the largest native page: a log this busy takes the fewest calls there. */
const BUSY_SOURCE = 'nemo';

type Settings = Partial<TailSettings>;

async function onGround(tail: Settings, measure: (ground: Ground) => Promise<string>): Promise<string> {
  const ground = await prepareGround(tail);
  try {
    return await measure(ground);
  } finally {
    await ground.stop();
  }
}

/** Vendor calls for one subscriber of a job and for many, over the same time. */
export async function oneJob(scale: Scale): Promise<string> {
  const rows: string[][] = [];
  for (const count of [1, scale.subscribers]) {
    await onGround({}, async ({ vendors, server, url }) => {
      const jobs = await vendors.ask('createJobs', { sources: ['deepset'], count: 1 });
      const subscribers = await subscribe(url, jobs, count);
      await vendors.ask('resetCalls');
      await server.ask('resetUsage');
      const lines = await vendors.ask('flow', { jobs, linesPerSecond: 2, seconds: scale.seconds, first: 0 });
      const calls = describeCalls(await vendors.ask('calls'));
      const usage = await server.ask('usage');
      await untilReceived(subscribers, lines);
      rows.push([
        String(count),
        calls,
        String(usage.pollers),
        String(lines),
        describeReception(subscribers, lines),
        describeLatencies(subscribers.flatMap((one) => one.takeLatencies())),
      ]);
      return '';
    });
  }
  return markdownTable(['subscribers', 'vendor calls', 'pollers', 'lines', 'received', 'latency, ms'], rows);
}

/** Latency from the vendor to the subscriber, many subscribers on many jobs of all vendors. */
export async function manyJobs(scale: Scale, settings: readonly Settings[]): Promise<string> {
  const rows: string[][] = [];
  for (const tail of settings) {
    await onGround(tail, async ({ vendors, server, url }) => {
      const jobs = await vendors.ask('createJobs', { sources: SOURCES, count: scale.jobs });
      const subscribers = await subscribe(url, jobs, scale.subscribers);
      await vendors.ask('resetCalls');
      await server.ask('resetUsage');
      const lines = await vendors.ask('flow', { jobs, linesPerSecond: 1, seconds: scale.seconds, first: 0 });
      const calls = await vendors.ask('calls');
      const usage = await server.ask('usage');
      await untilReceived(subscribers, lines);
      const { intervalMilliseconds, reorderMilliseconds } = { ...DEFAULT_TAIL, ...tail };
      rows.push([
        `${intervalMilliseconds} ms`,
        `${reorderMilliseconds} ms`,
        describeLatencies(subscribers.flatMap((one) => one.takeLatencies())),
        describeReception(subscribers, lines),
        String(subscribers.reduce((sum, { late }) => sum + late, 0)),
        perSecond(calls, scale.seconds),
        ...describeUsage(usage),
      ]);
      return '';
    });
  }
  return markdownTable(
    ['interval', 'reorder', 'latency, ms', 'received', 'late', 'vendor calls/s', ...USAGE_TITLES],
    rows,
  );
}

/** Longer than polls look back: from then on each of them reads as much as the next. */
const SETTLING_SECONDS = (DEFAULT_TAIL.overlapMilliseconds + DEFAULT_TAIL.reorderMilliseconds) / 1000;

/** What a subscriber that stops reading costs the server and its neighbours: the same lines, with and without. */
export async function slowReader(scale: Scale): Promise<string> {
  return onGround({}, async (ground) => {
    const { vendors, server, url } = ground;
    const jobs = await vendors.ask('createJobs', { sources: [BUSY_SOURCE], count: 1 });
    const neighbours = await subscribe(url, jobs, scale.slowNeighbours);
    const slow = {
      WebSocket: new Subscriber([idOf(jobs[0])], overWebSocket(url)),
      SSE: new Subscriber([idOf(jobs[0])], overEvents(url)),
    };
    for (const subscriber of Object.values(slow)) await subscriber.open();
    const linesPerSecond = scale.slowLines / scale.slowSeconds;
    const rows: string[][] = [];
    let written = 0;
    const flow = async (phase: string, seconds: number): Promise<void> => {
      await server.ask('resetUsage');
      await vendors.ask('resetCalls');
      written += await vendors.ask('flow', { jobs, linesPerSecond, seconds, first: written });
      const usage = await server.ask('usage');
      const calls = await vendors.ask('calls');
      await untilReceived(neighbours, written);
      rows.push([
        phase,
        describeLatencies(neighbours.flatMap((one) => one.takeLatencies())),
        describeReception(neighbours, written),
        perSecond(calls, seconds),
        ...describeUsage(usage),
        megabytes(usage.held),
        String(usage.windowLines),
        megabytes(usage.windowBytes),
        `${Math.round(usage.peakBuffered / 1024)}`,
      ]);
      // The measurement takes long: each row is printed at once, so that a stopped run has results, too.
      console.error(rows.at(-1)?.join(' | '));
    };
    await flow('settling', SETTLING_SECONDS);
    await flow('everybody reads', scale.slowSeconds);
    await untilReceived(Object.values(slow), written);
    const had = written;
    for (const subscriber of Object.values(slow)) subscriber.pause();
    await flow('two do not', scale.slowSeconds);
    const behind = Object.values(slow).map(({ received }) => written - received);
    const missed = written;
    const began = Date.now();
    const catchingUp = Object.values(slow).map(async (subscriber) => {
      subscriber.resume();
      await untilReceived([subscriber], missed);
      return Date.now() - began;
    });
    await flow('the two catch up', scale.slowSeconds / 2);
    const took = await Promise.all(catchingUp);
    await untilReceived(Object.values(slow), written);
    const state = Object.entries(slow).map(([transport, subscriber], index) => [
      transport,
      String(missed - had),
      String(behind[index]),
      describeReception([subscriber], written),
      subscriber.closed === 0
        ? 'stayed open'
        : `closed by the server ${subscriber.closed} time(s), resumed from the cursor`,
      `${((took[index] ?? NaN) / 1000).toFixed(1)} s`,
    ]);
    await flow('everybody reads again', scale.slowSeconds / 2);
    return [
      markdownTable(
        [
          'phase',
          "neighbours' latency, ms",
          'they received',
          'vendor calls/s',
          ...USAGE_TITLES,
          'held after garbage collection, MB',
          'lines in the window',
          'of those, MB',
          'most waiting for one client, KB',
        ],
        rows,
      ),
      '',
      markdownTable(
        [
          'slow subscriber',
          'lines written meanwhile',
          'it had not got',
          'received in the end',
          'connection',
          'caught up in',
        ],
        state,
      ),
    ].join('\n');
  });
}

/** What is held in memory beside what a feed's window holds, while one subscriber follows a busy job. */
export async function heldWindow(scale: Scale): Promise<string> {
  return onGround({}, async ({ vendors, server, url }) => {
    const jobs = await vendors.ask('createJobs', { sources: [BUSY_SOURCE], count: 1 });
    const subscribers = await subscribe(url, jobs, 1);
    const linesPerSecond = scale.slowLines / scale.slowSeconds;
    const began = await server.ask('usage');
    const flowing = vendors.ask('flow', { jobs, linesPerSecond, seconds: scale.slowSeconds, first: 0 });
    const rows: string[][] = [];
    for (let at = SAMPLE_SECONDS; at <= scale.slowSeconds; at += SAMPLE_SECONDS) {
      await pause(SAMPLE_SECONDS * 1000);
      const { held, windowLines, windowBytes } = await server.ask('usage');
      const beyond = held - began.held;
      rows.push([
        String(at),
        megabytes(held),
        megabytes(beyond),
        String(windowLines),
        megabytes(windowBytes),
        (beyond / Math.max(windowLines, 1) / 1024).toFixed(1),
      ]);
    }
    await untilReceived(subscribers, await flowing);
    return markdownTable(
      ['seconds', 'held, MB', 'more than before, MB', 'lines in the window', 'estimate for those, MB', 'KB a line'],
      rows,
    );
  });
}

/** All subscribers lose their connections at once and come back with their cursors, while lines flow. */
export async function resumeStorm(scale: Scale): Promise<string> {
  const rows: string[][] = [];
  for (const jobCount of [1, scale.jobs]) {
    await onGround({}, async ({ vendors, server, url }) => {
      const jobs = await vendors.ask('createJobs', { sources: SOURCES, count: jobCount });
      const subscribers = await subscribe(url, jobs, scale.subscribers);
      const flowing = vendors.ask('flow', { jobs, linesPerSecond: 1, seconds: scale.seconds, first: 0 });
      await pause((scale.seconds * 1000) / 3);
      await server.ask('resetUsage');
      for (const subscriber of subscribers) subscriber.cut();
      await pause(2_000);
      const between = await server.ask('usage');
      await vendors.ask('resetCalls');
      const began = Date.now();
      await Promise.all(subscribers.map((subscriber) => subscriber.open()));
      const took = Date.now() - began;
      const calls = describeCalls(await vendors.ask('calls'));
      const lines = await flowing;
      const usage = await server.ask('usage');
      await untilReceived(subscribers, lines);
      rows.push([
        String(jobCount),
        String(between.pollers),
        `${took} ms`,
        calls,
        describeReception(subscribers, lines),
        ...describeUsage(usage),
      ]);
      return '';
    });
  }
  return markdownTable(
    [
      'jobs',
      'pollers 2 s after the cut',
      'all live again after',
      'vendor calls until then',
      'received',
      ...USAGE_TITLES,
    ],
    rows,
  );
}

/** How often memory is measured. */
const SAMPLE_SECONDS = 4;

const USAGE_TITLES = ['peak RSS, MB', 'peak heap, MB', 'processor', 'event loop delay p99, ms'];

function describeUsage({ peakRss, peakHeap, processor, eventLoopDelay99 }: Usage): string[] {
  return [
    megabytes(peakRss),
    megabytes(peakHeap),
    `${Math.round(processor * 100)} %`,
    String(Math.round(eventLoopDelay99)),
  ];
}

function perSecond(calls: Readonly<Record<string, number>>, seconds: number): string {
  const rates = Object.entries(calls).map(([kind, count]) => [kind, Math.round(count / seconds)] as const);
  return describeCalls(Object.fromEntries(rates));
}
