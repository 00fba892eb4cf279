import { encodeNodeId } from '../../src/federation/node-id.ts';
import type { TailSettings } from '../../src/federation/tail/settings.ts';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import type { ServerTasks } from './server.ts';
import { cutAll, Subscriber } from './subscriber.ts';
import { overEvents, overWebSocket } from './transports.ts';
import type { BenchJob, VendorTasks } from './vendors.ts';

/** The vendors in one process and the server in another. */
export interface Ground {
  readonly vendors: Child<VendorTasks>;
  readonly server: Child<ServerTasks>;
  readonly url: string;
  stop(): Promise<void>;
}

export async function prepareGround(tail: Partial<TailSettings>): Promise<Ground> {
  const vendors = startChild<VendorTasks>('./vendors.ts');
  const profile = process.env['BENCH_PROFILE'];
  const server = startChild<ServerTasks>('./server.ts', [
    '--expose-gc',
    ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
  ]);
  const sources = await vendors.ask('start');
  const url = await server.ask('start', { sources, tail });
  return {
    vendors,
    server,
    url,
    stop: async () => {
      // Otherwise they would keep reconnecting, and reach the next server on this port.
      cutAll();
      await server.stop();
      await vendors.stop();
    },
  };
}

/** Of so many subscribers, one uses server-sent events and the others WebSockets. */
const EVENTS_EVERY = 10;

/** Subscribers, each of one job, spread evenly over the jobs; all of them live. */
export async function subscribe(url: string, jobs: readonly BenchJob[], count: number): Promise<Subscriber[]> {
  const subscribers = Array.from({ length: count }, (_, index) => {
    const transport = index % EVENTS_EVERY === EVENTS_EVERY - 1 ? overEvents : overWebSocket;
    return new Subscriber([idOf(jobs[index % jobs.length])], transport(url));
  });
  await Promise.all(subscribers.map((subscriber) => subscriber.open()));
  return subscribers;
}

export function idOf(job: BenchJob | undefined): string {
  if (job === undefined) throw new Error('There is no job to subscribe to.');
  return encodeNodeId('Job', job.source, job.key);
}

/** Resolves when every subscriber has so many lines, or after that time. */
export async function untilReceived(
  subscribers: readonly Subscriber[],
  lines: number,
  patienceMilliseconds = 60_000,
): Promise<void> {
  const deadline = Date.now() + patienceMilliseconds;
  while (subscribers.some(({ received }) => received < lines) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** `complete`, or what is missing or came twice. */
export function describeReception(subscribers: readonly Subscriber[], lines: number): string {
  const missing = subscribers.reduce((sum, { received }) => sum + (lines - received), 0);
  const repeated = subscribers.reduce((sum, subscriber) => sum + subscriber.repeated, 0);
  const dropped = subscribers.reduce((sum, subscriber) => sum + subscriber.dropped, 0);
  if (missing === 0 && repeated === 0 && dropped === 0) return 'all, once';
  return `${missing} missing, ${repeated} repeated, ${dropped} said to be dropped`;
}
