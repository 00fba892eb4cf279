import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';

export interface TestProxy {
  readonly url: string;
  /** What was asked of it, such as `CONNECT vendor.test:443`. */
  readonly asked: string[];
  /** `Proxy-Authorization` of each. */
  readonly credentials: (string | undefined)[];
}

export interface ProxyBehaviour {
  /** Answers with this status in place of a connection; null: hangs up; 'silent': never answers. */
  readonly refuse?: number | null | 'silent';
}

/** A real proxy that takes every host for this machine: names that only it knows prove that it was asked. */
export async function startProxy(toPort: number, { refuse }: ProxyBehaviour = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const sockets = new Set<Socket>();

  function note(incoming: IncomingMessage): void {
    asked.push(`${incoming.method} ${incoming.url}`);
    credentials.push(incoming.headers['proxy-authorization']);
  }

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    note(incoming);
    if (typeof refuse === 'number') {
      outgoing.writeHead(refuse).end();
      return;
    }
    const { pathname, search } = new URL(incoming.url!);
    const { method, headers } = incoming;
    const onward = httpRequest({ host: '127.0.0.1', port: toPort, path: pathname + search, method, headers });
    onward.on('response', (answer) => answer.pipe(outgoing.writeHead(answer.statusCode!, answer.headers)));
    incoming.pipe(onward);
  }

  function tunnel(incoming: IncomingMessage, client: Duplex): void {
    note(incoming);
    client.on('error', () => undefined);
    if (refuse === 'silent') return;
    if (refuse === null) client.destroy();
    else if (refuse !== undefined) client.end(`HTTP/1.1 ${refuse} No\r\ncontent-length: 0\r\n\r\n`);
    else {
      const onward = connect(toPort, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.pipe(client).pipe(onward);
      });
      sockets.add(onward);
      onward.on('error', () => client.destroy());
    }
  }

  const server = createServer(forward).on('connect', tunnel);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, credentials };
}
