import assert from 'node:assert/strict';
import { request as requestHttp } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import type { Fault, SandboxReply, SandboxRequest } from '../../sandbox/types.ts';
import { startVendorServer } from '../../sandbox/vendor-server.ts';
import { quickClock } from './quick-clock.ts';
import type { SourceInLaw, ServiceUnderTest, SourceUnderTest } from './reading.ts';

/** A proxy before a team's service, which can break any of its answers. */
export interface ServiceProxy {
  /** Ends all that happens to calls, and counts them from 0 again. */
  begin(): void;
  /** Calls since `begin`. */
  calls(): number;
  /** Has this happen to the calls whose numbers pass. */
  inject(what: Fault['what'], hits: (call: number) => boolean): void;
  /** Has this happen before each call is passed on. */
  beforeCalls(happen: () => Promise<void> | void): void;
  /** Changes the bodies of successful answers. */
  alterBodies(alter: (body: string) => string): void;
}

/** Upper bound on the calls of one law. */
const MOST_CALLS = 20_000;

/** Time that the service has for one answer. */
const MOST_MILLISECONDS = 30_000;

/** What concerns one connection, or the length and coding of a body that is sent anew. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'transfer-encoding',
]);

/** Runs a law with a source that asks its service through a proxy, and whose client waits for nothing. */
export async function throughProxy(
  under: SourceUnderTest & { readonly service: ServiceUnderTest },
  law: (reading: SourceInLaw, proxy: ServiceProxy) => Promise<void>,
): Promise<void> {
  const { address, at } = under.service;
  let [calls, all] = [0, 0];
  let before: () => Promise<void> | void = () => undefined;
  let alter: ((body: string) => string) | null = null;
  const server = await startVendorServer({
    classify: () => String((calls += 1) - 1),
    async handle(request) {
      all += 1;
      if (all > MOST_CALLS) return { status: 508 };
      await before();
      const reply = await passOn(request, { address, origin: server.origin });
      const isAltered = alter !== null && reply.status === 200;
      return isAltered
        ? { ...reply, body: alter?.(reply.bytes.toString('utf8')) }
        : { ...reply, body: streamOf(reply.bytes) };
    },
  });
  const proxy: ServiceProxy = {
    begin() {
      server.clearFaults();
      server.resetCalls();
      calls = 0;
      before = () => undefined;
      alter = null;
    },
    calls: () => calls,
    inject(what, hits) {
      server.inject({ kinds: (kind) => hits(Number(kind)), what });
    },
    beforeCalls(happen) {
      before = happen;
    },
    alterBodies(change) {
      alter = change;
    },
  };
  try {
    await law({ ...under, ...at(server.origin), clock: quickClock() }, proxy);
    assert.ok(all > 0, 'no call came through the proxy: look at service.at');
  } finally {
    await server.close();
    assert.ok(all <= MOST_CALLS, `the law makes more than ${MOST_CALLS} calls: choose a job with fewer lines`);
  }
}

/** The answer of the service. Redirects within the service lead through the proxy. */
async function passOn(
  { method, url, headers, body }: SandboxRequest,
  { address, origin }: { readonly address: string; readonly origin: string },
): Promise<Omit<SandboxReply, 'body'> & { readonly bytes: Buffer }> {
  const service = new URL(address);
  const send = service.protocol === 'https:' ? requestHttps : requestHttp;
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const timeout = MOST_MILLISECONDS;
    const outgoing = send(new URL(service.origin), { method, path: url, headers: passedOn(headers), timeout }, resolve);
    outgoing.once('error', reject);
    outgoing.once('timeout', () => outgoing.destroy(new Error('The service does not answer.')));
    outgoing.end(body);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const answered = passedOn(incoming.headers);
  const { location } = answered;
  if (location?.startsWith(`${service.origin}/`) === true)
    answered['location'] = `${origin}${location.slice(service.origin.length)}`;
  return { status: incoming.statusCode ?? 502, headers: answered, bytes: Buffer.concat(chunks) };
}

/** The bytes as they are: what is no stream is sent as JSON. */
function streamOf(bytes: Buffer): AsyncIterable<Uint8Array> | undefined {
  return bytes.length === 0 ? undefined : Readable.from([bytes]);
}

function passedOn(headers: IncomingHttpHeaders | SandboxRequest['headers']): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !OWN_HEADERS.has(name)) passed[name] = Array.isArray(value) ? value.join(', ') : value;
  return passed;
}
