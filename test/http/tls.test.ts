import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { tlsWords } from '../../src/http/policy/connection-failure.ts';
import { secureContextOf } from '../../src/http/request/tls.ts';
import type { TlsSettings } from '../../src/http/settings.ts';
import { certificates } from './certificates.ts';
import { rejection, serve, sendJson, sourceHttp } from './loopback.ts';
import type { SourceOverrides } from './loopback.ts';
import { startProxy } from './proxy-server.ts';

const jobs = { method: 'GET', path: ['jobs'] } as const;
const { ca, client, encrypted } = certificates;

interface SecureServer {
  readonly port: number;
  readonly origin: string;
  /** `POST /token client.test`: method, path, and the name in the client's certificate. */
  readonly asked: string[];
  readonly bodies: string[];
  readonly authorizations: (string | undefined)[];
}

/** A vendor with TLS whose `/token` gives a token. */
async function serveSecurely({ wantsCertificate = false } = {}): Promise<SecureServer> {
  const asked: string[] = [];
  const bodies: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const { certificate: cert, key } = certificates.server;
  const server = createServer({ cert, key, ca, requestCert: wantsCertificate, rejectUnauthorized: wantsCertificate });
  server.on('request', (request, response) => {
    const { socket } = request;
    const name =
      wantsCertificate && socket instanceof TLSSocket ? ` ${String(socket.getPeerCertificate().subject.CN)}` : '';
    asked.push(`${request.method} ${request.url}${name}`);
    authorizations.push(request.headers.authorization);
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      bodies.push(body);
      response.end(JSON.stringify(request.url === '/token' ? { access_token: 'given', expires_in: 60 } : { a: 1 }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { port, origin: `https://127.0.0.1:${port}`, asked, bodies, authorizations };
}

async function ask(overrides: SourceOverrides): Promise<unknown> {
  const http = sourceHttp({ ...overrides, limits: { retries: 0, ...overrides.limits } });
  return (await http.json(jobs, z.unknown(), createCall())).data;
}

describe('a source with a private certificate authority', () => {
  test('is read when the configuration names the authority', async () => {
    const server = await serveSecurely();
    expect(await ask({ baseUrl: server.origin, tls: { ca } })).toEqual({ a: 1 });
  });

  test('is refused without it, with a message that names the setting', async () => {
    const server = await serveSecurely();
    expect(await rejection(ask({ baseUrl: server.origin }))).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message:
        'sap: the certificate of the server is signed by an authority that is not trusted; name it in `tls.ca` ' +
        '(SELF_SIGNED_CERT_IN_CHAIN)',
    });
    expect(server.asked).toEqual([]);
  });

  test('is refused when its certificate is for another host', async () => {
    const server = await serveSecurely();
    const proxy = (await startProxy(server.port)).url;
    expect(await rejection(ask({ baseUrl: 'https://other.test', tls: { ca }, proxy }))).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'sap: the certificate of the server is for another host (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
    expect(server.asked).toEqual([]);
  });
});

describe('a source that wants a client certificate', () => {
  test('gets it with every call, also with the call for a token, which then needs no secret', async () => {
    const server = await serveSecurely({ wantsCertificate: true });
    const auth = { type: 'oauth2-client-credentials', tokenUrl: `${server.origin}/token`, clientId: 'sb-1' } as const;
    expect(await ask({ baseUrl: server.origin, auth, tls: { ca, ...client } })).toEqual({ a: 1 });
    expect(server.asked).toEqual(['POST /token client.test', 'GET /jobs client.test']);
    expect(server.bodies[0]).toBe('grant_type=client_credentials&client_id=sb-1');
    expect(server.authorizations).toEqual([undefined, 'Bearer given']);
  });

  test('may have an encrypted key', async () => {
    const server = await serveSecurely({ wantsCertificate: true });
    const tls = { ca, certificate: client.certificate, ...encrypted };
    expect(await ask({ baseUrl: server.origin, tls })).toEqual({ a: 1 });
  });

  test.each([
    'ssl3_read_bytes:tlsv13 alert certificate required:../ssl/record/rec_layer_s3.c:1605:SSL alert number 116',
    'ssl3_read_bytes:sslv3 alert bad certificate:../ssl/record/rec_layer_s3.c:1605:SSL alert number 42',
    'ssl3_read_bytes:ssl/tls alert unknown ca:../ssl/record/rec_layer_s3.c:1605:SSL alert number 48',
  ])('is not reported as down: its alert shows what it wants (%s)', (alert) => {
    expect(tlsWords(new Error(`0A00045C:SSL routines:${alert}`), 'EPROTO')).toBe(
      'the server does not accept our certificate, or wants one; see `tls.certificate`',
    );
  });
});

test('a server without TLS behind an https URL is not reported as down', async () => {
  const server = await serve((_, response) => {
    sendJson(response, {});
  });
  const baseUrl = server.origin.replace('http:', 'https:');
  expect(await rejection(ask({ baseUrl, tls: { ca } }))).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    message: 'sap: the server does not speak TLS on this port; is it http?',
  });
});

test('sources with different certificates never share a connection', async () => {
  const server = await serveSecurely({ wantsCertificate: true });
  expect(await ask({ baseUrl: server.origin, tls: { ca, ...client } })).toEqual({ a: 1 });
  expect(await rejection(ask({ baseUrl: server.origin, tls: { ca } }))).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
});

describe('settings of TLS that cannot be used', () => {
  const broken = ca.replace(/\n[A-Za-z0-9+/]{4}/, '\n####');
  const cases: readonly [string, TlsSettings, string, string][] = [
    ['an empty authority', { ca: 'nothing' }, 'ca', 'holds no PEM certificate'],
    ['a damaged authority', { ca: broken }, 'ca', 'holds a certificate that cannot be read'],
    ['a key as a certificate', { certificate: client.key, key: client.key }, 'certificate', 'holds no PEM certificate'],
    ['no key', { certificate: client.certificate, key: 'nothing' }, 'key', 'holds no private key that can be read'],
    [
      'the key of another',
      { certificate: client.certificate, key: certificates.server.key },
      'key',
      'does not belong to the certificate',
    ],
    [
      'a key without its passphrase',
      { certificate: client.certificate, key: encrypted.key },
      'passphrase',
      'is missing: the key is encrypted',
    ],
    [
      'a wrong passphrase',
      { certificate: client.certificate, key: encrypted.key, passphrase: 'hunter2' },
      'passphrase',
      'does not open the key',
    ],
  ];
  test.each(cases)('(%s) are refused by their name', (_, tls, setting, message) => {
    expect(() => secureContextOf(tls)).toThrow(expect.objectContaining({ setting, message }));
  });
});
