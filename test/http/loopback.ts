import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, onTestFinished, vi } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { Call } from '../../src/domain/call.ts';
import type { HttpRequest, SourceHttp, StreamReader } from '../../src/http/client.ts';
import type { ClassifyError, LimitSettings, RouteSettings, SourceHttpSettings } from '../../src/http/settings.ts';
import { DEFAULT_LIMITS } from '../../src/http/settings.ts';
import { createPools } from '../../src/http/request/pools.ts';
import { createSourceHttp } from '../../src/http/source-http.ts';
import type { ManagedSourceHttp, SourceHttpOptions } from '../../src/http/source-http.ts';

/** One request as it came over the wire, before anything decodes its path. */
export interface Received {
  readonly method: string;
  /** The raw path with its query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Loopback {
  readonly origin: string;
  readonly received: Received[];
  /** Connections accepted so far. */
  connections(): number;
  /** Resolves when `count` requests have come in all. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

export type Handler = (request: Received, response: ServerResponse, index: number) => void;

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A server of a few lines, on a port that the system chooses; closed after the test. */
export async function serve(handler: Handler): Promise<Loopback> {
  const received: Received[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let connections = 0;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = {
        method: incoming.method!,
        url: incoming.url!,
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      received.push(request);
      handler(request, outgoing, received.length - 1);
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
  open.push(close);
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    connections: () => connections,
    arrived: (count) =>
      new Promise((resolve) => {
        if (received.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close,
  };
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Sends the beginning of a body that says to be longer, and hangs up. */
export function sendCut(response: ServerResponse, beginning: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': beginning.length + 100 });
  response.write(beginning, () => response.socket?.destroy());
}

/** Timers wait until the test lets time pass, by so many milliseconds: a busy machine lets nothing time out. */
export function timeByHand(): (milliseconds: number) => void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  return (milliseconds) => void vi.advanceTimersByTime(milliseconds);
}

/** A clock that passes only while somebody sleeps, and remembers for how long. */
export interface TestClock {
  readonly slept: number[];
  now: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  random: () => number;
  advance(milliseconds: number): void;
}

export function testClock(start = Date.UTC(2026, 0, 1)): TestClock {
  let time = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    random: () => 0.5,
    sleep(milliseconds) {
      slept.push(milliseconds);
      time += milliseconds;
      return Promise.resolve();
    },
    advance: (milliseconds) => void (time += milliseconds),
  };
}

export interface SourceOverrides extends SourceHttpOptions, RouteSettings {
  readonly source?: string;
  readonly baseUrl: string;
  readonly auth?: SourceHttpSettings['auth'];
  readonly forward?: SourceHttpSettings['forward'];
  readonly limits?: Partial<LimitSettings>;
  readonly classifyError?: ClassifyError;
  readonly paceAfter?: SourceHttpSettings['paceAfter'];
}

/** A source's HTTP with its own connections; closed after the test. */
export function sourceHttp(overrides: SourceOverrides): ManagedSourceHttp {
  const {
    source = 'sap',
    baseUrl,
    auth = { type: 'none' },
    forward = false,
    limits,
    classifyError,
    tls,
    proxy,
    paceAfter,
    ...options
  } = overrides;
  const http = createSourceHttp(
    { source, baseUrl, auth, forward, limits: { ...DEFAULT_LIMITS, ...limits }, classifyError, tls, proxy, paceAfter },
    { pools: createPools(), ...options },
  );
  open.push(() => http.close());
  return http;
}

/** Gives a body chunk by chunk, as text. */
export const textReader: StreamReader<string> = async (body, give) => {
  for await (const chunk of body) give(Buffer.from(chunk).toString('utf8'));
};

/** The text of a streamed answer. */
export async function streamedText(http: SourceHttp, request: HttpRequest, call: Call = createCall()): Promise<string> {
  let text = '';
  function begin(): (chunk: string) => void {
    text = '';
    return (chunk) => void (text += chunk);
  }
  await http.stream(request, textReader, begin, call);
  return text;
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It did not reject');
}
