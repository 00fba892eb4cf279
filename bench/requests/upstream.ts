/**
 * The vendors of the request benchmark, in a process of their own: the project's simulations, behind a memory of what
 * they have answered. Each answer is made once, so that a simulation's own speed is no part of what is measured.
 */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { serveTasks } from '../tail/child.ts';
import { fill, SOURCES, simulations } from './jobs.ts';
import type { Jobs } from './jobs.ts';

export interface Upstream {
  /** As in a configuration file. */
  readonly sources: Record<string, Record<string, unknown>>;
  readonly origins: Record<string, string>;
  readonly jobs: Jobs;
}

interface Remembered {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

/** A call that was made while calls were recorded. */
export interface RecordedCall {
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly type: string;
  readonly body: string;
  /** True: Tributary reads the answer while it arrives. */
  readonly isStream: boolean;
}

let latency = 0;
/** Null: calls are not recorded. */
let calls: RecordedCall[] | null = null;

/** Serves what the origin answers; everything that was asked once is answered from memory. */
async function remember(origin: string, isStream: boolean): Promise<string> {
  const agent = new Agent();
  const known = new Map<string, Promise<Remembered>>();
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await bodyOf(incoming);
      calls?.push({
        origin: `http://${incoming.headers.host}`,
        method: incoming.method ?? 'GET',
        path: incoming.url ?? '/',
        authorization: incoming.headers.authorization ?? '',
        type: incoming.headers['content-type'] ?? '',
        body,
        isStream,
      });
      const key = `${incoming.method} ${incoming.url} ${body}`;
      const found = known.get(key) ?? ask(origin, incoming, body, agent);
      known.set(key, found);
      const { status, type, body: answer } = await found;
      if (latency > 0) await pause(latency);
      outgoing.writeHead(status, { 'content-type': type, 'content-length': answer.length }).end(answer);
    })();
  });
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  return text;
}

async function ask(origin: string, incoming: IncomingMessage, text: string, agent: Agent): Promise<Remembered> {
  const { authorization = '', 'content-type': sent = 'application/json' } = incoming.headers;
  const { statusCode, headers, body } = await request(origin + (incoming.url ?? '/'), {
    method: incoming.method as 'GET' | 'POST',
    headers: { authorization, ...(text === '' ? {} : { 'content-type': sent }) },
    body: text === '' ? null : text,
    dispatcher: agent,
  });
  const type = String(headers['content-type'] ?? 'application/json');
  return { status: statusCode, type, body: Buffer.from(await body.arrayBuffer()) };
}

const tasks = {
  async start(): Promise<Upstream> {
    const simulated = simulations();
    const jobs = fill(simulated);
    const origins: Record<string, string> = {};
    const sources: Record<string, Record<string, unknown>> = {};
    for (const source of SOURCES) {
      const server = await startVendorServer(simulated[source]);
      const origin = await remember(server.origin, source === 'bytenite');
      origins[source] = origin;
      sources[source] = simulated[source].sourceConfig(origin);
    }
    return { sources, origins, jobs };
  },

  /** From now on each answer takes this much longer, milliseconds. */
  delay(milliseconds: number): void {
    latency = milliseconds;
  },

  /** From now on calls are recorded. */
  record(): void {
    calls = [];
  },

  /** The recorded calls. No more are. */
  recorded(): readonly RecordedCall[] {
    const recorded = calls ?? [];
    calls = null;
    return recorded;
  },
};

export type UpstreamTasks = typeof tasks;

serveTasks(tasks);
