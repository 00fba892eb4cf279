import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answering, Fault, RecordedCall, SandboxReply, SandboxRequest, VendorServer } from './types.ts';

function matches({ kinds }: Fault, kind: string): boolean {
  return typeof kinds === 'function' ? kinds(kind) : (kinds?.includes(kind) ?? true);
}

/** Lets a simulated vendor listen on loopback (port 0: the system chooses), records its calls and injects faults. */
export async function startVendorServer<Simulation extends Answering>(
  simulation: Simulation,
  port = 0,
): Promise<VendorServer<Simulation>> {
  const calls: RecordedCall[] = [];
  const faults: { fault: Fault; left: number }[] = [];

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const kind = simulation.classify(request);
    const hit = faults.find(({ fault, left }) => left > 0 && matches(fault, kind));
    if (hit !== undefined) hit.left -= 1;
    const record = (status: number): void => {
      calls.push({ kind, method: request.method, url: incoming.url ?? '', body: request.body, status, at: Date.now() });
    };
    const what = hit?.fault.what;
    if (what?.do === 'hang') {
      record(0);
      return;
    }
    if (what?.do === 'reset') {
      record(0);
      incoming.socket.destroy();
      return;
    }
    if (what?.do === 'endless') {
      record(200);
      return sendStream(outgoing, { status: 200, body: endlessText() });
    }
    if (what?.do === 'delay') await new Promise((resolve) => setTimeout(resolve, what.milliseconds));
    const reply =
      what?.do === 'status'
        ? { status: what.status, body: what.body, headers: what.headers ?? { 'content-type': 'text/html' } }
        : await simulation.handle(request);
    record(reply.status);
    if (what?.do === 'malformed') return send(outgoing, { ...reply, body: '{"data":[{"' });
    if (what?.do === 'cut') return cut(outgoing, reply, what.after);
    if (what?.do === 'drip') return drip(outgoing, reply, what.milliseconds);
    await send(outgoing, reply);
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      outgoing.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // The address of a listening TCP server has a port.
  const { port: chosen } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${chosen}`,
    simulation,
    calls,
    resetCalls: () => void calls.splice(0),
    inject(fault) {
      const entry = { fault, left: fault.times ?? Infinity };
      faults.push(entry);
      return () => void (entry.left = 0);
    },
    clearFaults: () => void faults.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<SandboxRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const [path, rawQuery] = splitOnce(incoming.url ?? '/', '?');
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = Array.isArray(value) ? value[0] : value;
  return {
    method: incoming.method ?? 'GET',
    url: incoming.url ?? '/',
    segments: path.split('/').slice(1).map(decodeSegment),
    query: new URLSearchParams(rawQuery),
    rawQuery,
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

async function send(outgoing: ServerResponse, reply: SandboxReply): Promise<void> {
  const { body } = reply;
  if (isStream(body)) return sendStream(outgoing, { ...reply, body });
  const text = textOf(body);
  outgoing.writeHead(reply.status, {
    ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    ...reply.headers,
  });
  outgoing.end(text);
}

type Stream = AsyncIterable<string | Uint8Array>;

async function sendStream(outgoing: ServerResponse, reply: SandboxReply & { readonly body: Stream }): Promise<void> {
  outgoing.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  for await (const part of reply.body) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(part)) await drained(outgoing);
  }
  outgoing.end();
}

/** Its reader ends it. */
// eslint-disable-next-line @typescript-eslint/require-await -- what is sent is a stream
async function* endlessText(): AsyncGenerator<string, never, undefined> {
  yield '{"data":[{"message":"';
  const text = 'x'.repeat(2 ** 16);
  for (;;) yield text;
}

/** Imitates a connection that barely works. */
async function drip(outgoing: ServerResponse, reply: SandboxReply, milliseconds: number): Promise<void> {
  const bytes = await bytesOf(reply);
  async function* slowly(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = 0; at < bytes.length; at += 1) {
      yield bytes.subarray(at, at + 1);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
  }
  await sendStream(outgoing, { ...reply, body: slowly() });
}

/** Resolves when more can be written, or when the client has stopped reading. */
async function drained(outgoing: ServerResponse): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  // eslint-disable-next-line no-restricted-syntax -- both end with this wait
  await Promise.race([once(outgoing, 'drain', { signal }), once(outgoing, 'close', { signal })]).catch(() => undefined);
  settled.abort();
}

async function cut(outgoing: ServerResponse, reply: SandboxReply, after: number): Promise<void> {
  const bytes = await bytesOf(reply);
  outgoing.writeHead(reply.status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...reply.headers,
  });
  outgoing.write(bytes.subarray(0, Math.floor(bytes.length * after)), () => outgoing.socket?.destroy());
}

async function bytesOf({ body }: SandboxReply): Promise<Buffer> {
  if (!isStream(body)) return Buffer.from(textOf(body) ?? '');
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

function isStream(body: unknown): body is Stream {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

function textOf(body: unknown): string | undefined {
  if (body === undefined || typeof body === 'string') return body;
  return JSON.stringify(body);
}
