/**
 * Secrets of what stands around the service: its callers, the issuer of their tokens, Redis, proxies of the environment, token
 * endpoints that give tokens, and the commands. `canaries.test.ts` has those of sources and of their answers.
 */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { start } from '../cli/command-line.ts';
import { startIssuer } from './access/issuer.ts';

const CANARY = 'canary-5b21d8';
const BODY = JSON.stringify({ message: CANARY, detail: CANARY, error: CANARY, error_description: CANARY });
const HEADERS = { 'content-type': 'application/json', 'set-cookie': CANARY, 'retry-after': CANARY, 'x-canary': CANARY };

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function http(answer: RequestListener): Promise<string> {
  const server = createHttpServer(answer);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A proxy is asked for a tunnel in this way.
  server.on('connect', (_request, socket: Socket) =>
    socket.end(`HTTP/1.1 407 ${CANARY}\r\nx: ${CANARY}\r\n\r\n${CANARY}`),
  );
  return `http://127.0.0.1:${await listening(server)}`;
}

/** Answers everything with the same bytes. */
async function tcp(bytes: string): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('data', () => socket.write(bytes));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listening(server);
}

/** Gives a token that is a secret, and then refuses it. */
const givesToken: RequestListener = (request, response) => {
  request.resume();
  if (!/token|access/.test(request.url ?? '')) {
    response.writeHead(401, HEADERS).end(BODY);
    return;
  }
  const token = `${CANARY}-issued`;
  response
    .writeHead(200, HEADERS)
    .end(JSON.stringify({ access_token: token, accessToken: token, token, expires_in: 60 }));
};

/** Sources of each kind that fail in a way of their own. */
async function sourcesOf(): Promise<Record<string, object>> {
  const [issuing, answering] = await Promise.all([
    http(givesToken),
    http((_, response) => response.writeHead(200, HEADERS).end(BODY)),
  ]);
  const [noHttp, noChunks] = await Promise.all([
    tcp(`HTTP/1.1 ${CANARY} ${CANARY}\r\n\r\n`),
    tcp(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${CANARY}\r\n`),
  ]);
  const limits = { retries: 0, timeout: '2s' };
  const nemo = { vendor: 'nemo', workspaces: ['default'], limits };
  const secret = { clientId: `${CANARY}-id`, clientSecret: `${CANARY}-secret`, scope: `${CANARY}-scope` };
  return {
    oauth: {
      ...{ vendor: 'sap-job-scheduling', baseUrl: `${issuing}/${CANARY}`, limits },
      auth: { type: 'oauth2-client-credentials', tokenUrl: `${issuing}/token/${CANARY}`, ...secret },
    },
    exchange: { vendor: 'bytenite', baseUrl: issuing, auth: { type: 'api-key-exchange', apiKey: CANARY }, limits },
    forwarding: { ...nemo, baseUrl: issuing, forward: true },
    optional: { ...nemo, baseUrl: issuing, forward: 'optional', auth: { type: 'bearer', token: CANARY } },
    strange: { ...nemo, baseUrl: `${answering}/${CANARY}`, auth: { type: 'bearer', token: CANARY } },
    'no-http': { ...nemo, baseUrl: `http://127.0.0.1:${noHttp}/${CANARY}` },
    'no-chunks': { ...nemo, baseUrl: `http://127.0.0.1:${noChunks}/${CANARY}` },
    'no-tls': { ...nemo, baseUrl: `https://127.0.0.1:${noHttp}/${CANARY}` },
    proxied: { ...nemo, baseUrl: `http://vendor.invalid/${CANARY}` },
    tunnelled: { ...nemo, baseUrl: `https://vendor.invalid/${CANARY}` },
  };
}

/** Configurations that cannot be used, each with a secret near the mistake. */
const MISTAKES: readonly ((configuration: Configuration) => object | string)[] = [
  (all) => ({ ...all, redis: { url: `http://${CANARY}:${CANARY}@127.0.0.1` } }),
  (all) => ({
    ...all,
    server: { ...all.server, cursorSecret: [CANARY], auth: { type: 'keys', keys: [{ name: 'a', sha256: CANARY }] } },
  }),
  (all) => ({
    ...all,
    server: { ...all.server, tracing: { endpoint: `ftp://${CANARY}:${CANARY}@127.0.0.1`, headers: { 'x y': CANARY } } },
  }),
  (all) => ({
    ...all,
    sources: { a: { vendor: 'nemo', baseUrl: `http://${CANARY}:${CANARY}@a.invalid/?q=${CANARY}`, workspaces: ['a'] } },
  }),
  (all) => ({
    ...all,
    sources: { a: { ...all.sources['strange'], auth: { type: 'bearer', token: `${CANARY}\n${CANARY}` } } },
  }),
  (all) => ({
    ...all,
    sources: {
      a: { ...all.sources['strange'], tls: { ca: CANARY, certificate: CANARY, key: CANARY, passphrase: CANARY } },
    },
  }),
  (all) => ({ ...all, sources: { a: { ...all.sources['strange'], proxy: `http://${CANARY}:${CANARY}@:x` } } }),
  (all) => JSON.stringify(all).slice(0, JSON.stringify(all).lastIndexOf(CANARY) + CANARY.length),
  () => CANARY,
];

interface Configuration {
  readonly server: object;
  readonly redis: object;
  readonly sources: Record<string, object>;
}

/** How a connection ends, and what came over it. */
async function overSocket(url: string, authorization: string, headers: Record<string, string> = {}): Promise<string> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
  let heard = '';
  socket.on('message', (data: Buffer) => (heard += data.toString()));
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization, secret: CANARY } }));
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  return `${heard} ${code} ${reason.toString()}`;
}

test('no secret of callers, issuers, Redis and proxies is in what the service emits, whatever it is asked', async () => {
  const [issuer, sources, proxy] = await Promise.all([
    startIssuer(),
    sourcesOf(),
    http((_, response) => response.writeHead(407, HEADERS).end(BODY)),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'tributary-canaries-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'tributary.json');
  const {
    clockToleranceMilliseconds: _,
    roles: _roles,
    ...auth
  } = issuer.settings as unknown as Record<string, unknown>;
  const configuration: Configuration = {
    server: {
      logLevel: 'trace',
      audit: true,
      mcp: true,
      auth,
      cursorSecret: `${CANARY}-cursors`,
      persistedQueries: { automatic: true },
    },
    redis: {
      url: `redis://${CANARY}-user:${CANARY}-password@127.0.0.1:${await tcp(`-WRONGPASS ${CANARY}\r\n`)}`,
      prefix: 'canaries',
    },
    sources,
  };
  await writeFile(file, JSON.stringify(configuration));
  const throughProxy = proxy.replace('//', `//${CANARY}-user:${CANARY}-password@`);
  const environment = { HTTP_PROXY: throughProxy, HTTPS_PROXY: throughProxy };
  const service = start(['serve', '--config', file, '--port', '0'], { environment });
  onTestFinished(async () => {
    service.stop();
    await service.done;
  });
  const url = (await service.firstOutput()).slice('ready at '.length).trim();
  const answers: string[] = [];

  async function ask(path: string, authorization: string, body: object | null = null): Promise<void> {
    const accept = 'application/json, text/event-stream';
    const headers = {
      'content-type': 'application/json',
      accept,
      authorization,
      cookie: CANARY,
      'x-tributary-explain': 'trace',
    };
    const options = body === null ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(new URL(path, url), options);
    answers.push(JSON.stringify([...response.headers]), await response.text());
  }

  const token = await issuer.token();
  const good = `Bearer ${token}`;
  const call = (name: string, args: object) => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, arguments: args },
  });
  for (const name of Object.keys(sources)) {
    const id = encodeNodeId('Job', name, 'default/1');
    const query = `{ jobs(sources: ["${name}"], first: 2) { nodes { id } failures { code message } }
      source(name: "${name}") { health { state message } } logs(jobs: ["${id}"], first: 2) { nodes { id } failures { message } } }`;
    await ask('/graphql', good, { query });
    await ask(`/export?jobs=${id}`, good);
    await ask('/mcp', good, call('list_jobs', { sources: [name] }));
    await ask('/mcp', good, call('job_tree', { source: name, key: 'default/1' }));
  }

  const forged = await issuer.token({ sub: CANARY }, 'forger');
  const others = await Promise.all(
    [{ iss: CANARY }, { aud: CANARY }, { exp: 1, sub: CANARY }].map((claims) => issuer.token(claims)),
  );
  const bad = [
    CANARY,
    `Basic ${CANARY}`,
    `Bearer ${CANARY}`,
    ...[forged, ...others, await issuer.token({}, 'issuer', CANARY)].map((each) => `Bearer ${each}`),
  ];
  for (const authorization of bad) {
    await ask('/graphql', authorization, { query: '{ sources { name } }' });
    await ask('/mcp', authorization, call('list_sources', {}));
    for (const path of ['/metrics', `/export?jobs=x&token=${CANARY}`]) await ask(path, authorization);
    answers.push(await overSocket(url, authorization), await overSocket(url, authorization, { authorization }));
  }
  for (const path of ['/metrics', '/health/ready', `/${CANARY.slice(0, 3)}?token=${CANARY}`]) await ask(path, good);

  for (const mistake of MISTAKES) {
    const wrong = mistake(configuration);
    await writeFile(file, typeof wrong === 'string' ? wrong : JSON.stringify(wrong));
    const before = service.errors().length;
    process.kill(process.pid, 'SIGHUP');
    while (!service.errors().slice(before).includes('cannot be used')) await pause(10);
  }
  service.stop();
  await service.done;

  await writeFile(file, JSON.stringify({ sources }));
  for (const args of [
    ['check'],
    ['jobs'],
    ['sources'],
    ['logs', 'strange:default/1'],
    ['export', 'optional:default/1'],
    ['histogram', 'oauth:1'],
  ]) {
    const command = start([...args, '--config', file], { environment });
    await command.done;
    answers.push(command.output(), command.errors());
  }
  const away = start(
    ['jobs', '--url', `http://${CANARY}:${CANARY}@127.0.0.1:9/`, '--header', 'Authorization: ${SECRET}'],
    { environment: { SECRET: CANARY } },
  );
  await away.done;
  answers.push(away.output(), away.errors());

  // Each was reached.
  const all = answers.join('\n');
  const reached = [
    'SOURCE_UNAUTHENTICATED',
    'SOURCE_BAD_RESPONSE',
    'proxy answered 407',
    'does not publish',
    '4401',
    'degraded',
  ];
  expect(reached.filter((said) => !all.includes(said))).toEqual([]);
  const emitted = [...answers, service.output(), service.errors()].join('\n');
  const basic = Buffer.from(`${CANARY}-user:${CANARY}-password`).toString('base64');
  for (const form of [CANARY, basic, token, forged, ...others]) {
    const at = emitted.indexOf(form);
    expect(at === -1 ? '' : emitted.slice(Math.max(0, at - 300), at + 100)).toBe('');
  }
});
