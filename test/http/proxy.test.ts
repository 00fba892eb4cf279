import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { certificates } from './certificates.ts';
import { rejection, sendJson, serve, sourceHttp } from './loopback.ts';
import type { SourceOverrides } from './loopback.ts';
import { startProxy } from './proxy-server.ts';

const jobs = { method: 'GET', path: ['jobs'], query: { a: 1 } } as const;
const tls = { ca: certificates.ca };

async function ask(overrides: SourceOverrides): Promise<unknown> {
  const http = sourceHttp({ ...overrides, limits: { retries: 0, ...overrides.limits } });
  return (await http.json(jobs, z.unknown(), createCall())).data;
}

/** The port of a vendor that says what it was asked. */
async function plainVendor(): Promise<number> {
  const server = await serve(({ url, headers }, response) => {
    sendJson(response, { url, host: headers.host });
  });
  return Number(new URL(server.origin).port);
}

async function secureVendor(): Promise<number> {
  const { certificate: cert, key } = certificates.server;
  const server = createServer({ cert, key }, (request, response) => {
    request.resume();
    const token = { access_token: 'given', expires_in: 60 };
    response.end(JSON.stringify(request.url === '/token' ? token : { url: request.url, host: request.headers.host }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

describe('a source behind a proxy', () => {
  test('with TLS is reached through a tunnel, and so is its token endpoint', async () => {
    const proxy = await startProxy(await secureVendor());
    const auth = {
      type: 'oauth2-client-credentials',
      tokenUrl: 'https://vendor.test:8443/token',
      clientId: 'a',
      clientSecret: 'b',
    } as const;
    const data = await ask({ baseUrl: 'https://vendor.test', auth, proxy: proxy.url, tls });
    expect(data).toEqual({ url: '/jobs?a=1', host: 'vendor.test' });
    expect(proxy.asked).toEqual(['CONNECT vendor.test:8443', 'CONNECT vendor.test:443']);
  });

  test('without TLS is asked for with its whole URL, as many proxies open no tunnel to port 80', async () => {
    const proxy = await startProxy(await plainVendor());
    const data = await ask({ baseUrl: 'http://vendor.test/base', proxy: proxy.url });
    expect(data).toEqual({ url: '/base/jobs?a=1', host: 'vendor.test' });
    expect(proxy.asked).toEqual(['GET http://vendor.test/base/jobs?a=1']);
  });

  test.each([
    ['user:p%40ss', 'user:p@ss'],
    ['user', 'user:'],
  ])('is reached with the credentials of the proxy (%s)', async (userinfo, expected) => {
    const secure = await startProxy(await secureVendor());
    await ask({ baseUrl: 'https://vendor.test', proxy: secure.url.replace('//', `//${userinfo}@`), tls });
    const plain = await startProxy(await plainVendor());
    await ask({ baseUrl: 'http://vendor.test', proxy: plain.url.replace('//', `//${userinfo}@`) });
    const [http, https] = [plain, secure].map(({ url }) => url.replace('//', `//${userinfo}@`));
    await ask({ baseUrl: 'https://vendor.test', proxy: { http: http!, https: https!, except: '' }, tls });
    await ask({ baseUrl: 'http://vendor.test', proxy: { http: http!, https: https!, except: '' } });
    const header = `Basic ${Buffer.from(expected).toString('base64')}`;
    expect([secure.credentials, plain.credentials]).toEqual([
      [header, header],
      [header, header],
    ]);
  });

  test('of the environment for https alone is not named where a source with http fails', async () => {
    const proxy = { http: null, https: 'http://proxy.test:3128', except: '' };
    const error = await rejection(ask({ baseUrl: 'http://vendor.test', proxy }));
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(String(error)).not.toContain('proxy');
  });

  test.each([
    [407, 'the proxy answered 407: it does not accept our user and password'],
    [403, 'the proxy answered 403'],
    [502, 'the proxy answered 502'],
    [null, 'the proxy did not open a connection'],
  ])('that answers %s to a request for a tunnel is reported as the cause, after one attempt', async (refuse, words) => {
    const proxy = await startProxy(1, { refuse });
    expect(await rejection(ask({ baseUrl: 'https://vendor.test', proxy: proxy.url, tls }))).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: `sap: ${words}`,
    });
    expect(proxy.asked).toHaveLength(1);
  });

  test('that wants credentials for a plain request is not taken for a source that wants them', async () => {
    const proxy = await startProxy(1, { refuse: 407 });
    expect(await rejection(ask({ baseUrl: 'http://vendor.test', proxy: proxy.url }))).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'sap: the proxy answered 407: it does not accept our user and password',
    });
  });

  test('that never answers ends with the time for connecting', async () => {
    const proxy = await startProxy(1, { refuse: 'silent' });
    // Long enough for the proxy to be asked on a busy machine.
    const limits = { connectTimeoutMilliseconds: 1_500, timeoutMilliseconds: 60_000 };
    expect(await rejection(ask({ baseUrl: 'https://vendor.test', proxy: proxy.url, tls, limits }))).toMatchObject({
      message: 'sap: the proxy did not open a connection',
    });
    expect(proxy.asked).toHaveLength(1);
  });

  test('that is down says that a proxy is configured, and not where', async () => {
    const proxy = 'http://user:hunter2@127.0.0.1:1';
    expect(await rejection(ask({ baseUrl: 'https://vendor.test', proxy, tls }))).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'sap: the connection failed (ECONNREFUSED); a proxy is configured',
    });
  });
});

describe('proxies of the environment', () => {
  test('are used by the scheme of the source', async () => {
    const [plain, secure] = [await startProxy(await plainVendor()), await startProxy(await secureVendor())];
    const proxy = { http: plain.url, https: secure.url, except: '' };
    await ask({ baseUrl: 'http://vendor.test', proxy });
    await ask({ baseUrl: 'https://vendor.test', proxy, tls });
    expect(plain.asked).toEqual(['GET http://vendor.test/jobs?a=1']);
    expect(secure.asked).toEqual(['CONNECT vendor.test:443']);
  });

  test.each(['other.test, .test', 'VENDOR.test', '*.test', '*', 'vendor.test:9', 'x,*'])(
    'are neither used nor named for hosts that NO_PROXY names: %j',
    async (except) => {
      const proxy = await startProxy(await plainVendor());
      const direct = { http: proxy.url, https: proxy.url, except };
      // Nothing listens there.
      expect(await rejection(ask({ baseUrl: 'http://vendor.test:9', proxy: direct }))).toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: expect.stringMatching(/^sap: the connection failed \([A-Z_]+\)$/) as string,
      });
      expect(proxy.asked).toEqual([]);
    },
  );

  test.each(['', 'endor.test', 'vendor.test:81', 'test.vendor', ',', 'a.vendor.test'])(
    'are used for other hosts than NO_PROXY names: %j',
    async (except) => {
      const proxy = await startProxy(await plainVendor());
      await ask({ baseUrl: 'http://vendor.test', proxy: { http: proxy.url, https: null, except } });
      expect(proxy.asked).toEqual(['GET http://vendor.test/jobs?a=1']);
    },
  );

  test('are not used for the machine itself', async () => {
    const port = await plainVendor();
    const proxy = await startProxy(port);
    const environment = { http: proxy.url, https: proxy.url, except: '' };
    for (const host of ['127.0.0.1', 'localhost']) {
      await ask({ baseUrl: `http://${host}:${port}`, proxy: environment });
    }
    expect(proxy.asked).toEqual([]);
    await ask({ baseUrl: `http://127.0.0.1:${port}`, proxy: proxy.url });
    expect(proxy.asked).toHaveLength(1);
  });
});
