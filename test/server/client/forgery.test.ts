import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { mayBeForged } from '../../../src/server/client/forgery.ts';
import { start } from '../start.ts';

const OURS = { publicOrigin: 'https://logs.example', allowedOrigins: ['https://app.example'] };
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36';

/** What a server gets, as a client of node sends it: `fetch` would not let a test name `Sec-Fetch-Site`. */
function send(url: string, method: string, headers: Record<string, string>, body = ''): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      text(response).then((answer) => {
        resolve([response.statusCode ?? 0, answer]);
      }, reject);
    });
    outgoing.end(body);
  });
}

describe('a request that may be forged', () => {
  test.each([
    ['a form of another site', { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' }],
    ['a form of a sandboxed frame', { origin: 'null', 'content-type': 'text/plain' }],
    ['an image of another site', { 'sec-fetch-site': 'cross-site', 'user-agent': CHROME }],
    ['an image of a sibling site', { 'sec-fetch-site': 'same-site', 'user-agent': CHROME }],
    ['an image of a page that hides where it is, without TLS', { 'user-agent': CHROME }],
    ['a link with what a browser knows of a proxy', { 'sec-fetch-site': 'cross-site', authorization: 'Basic eDp5' }],
    ['a form with a ticket of a browser', { origin: 'https://evil.example', authorization: 'negotiate YII=' }],
    ['an image of another page without TLS', { 'user-agent': CHROME, referer: 'http://evil.example/page' }],
  ])('is %s', (_what, headers) => {
    expect(mayBeForged({ headers: { host: 'logs.example', ...headers } }, OURS)).toBe(true);
  });

  test.each([
    ['JSON, for which browsers ask first', { origin: 'https://evil.example', 'content-type': 'application/json' }],
    ['one with a header for which they ask first', { 'sec-fetch-site': 'cross-site', 'x-requested-with': 'x' }],
    ['one with credentials in a header', { 'sec-fetch-site': 'cross-site', authorization: 'Bearer x' }],
    ['one of our own page', { 'sec-fetch-site': 'same-origin', 'user-agent': CHROME }],
    ['what was typed into the address bar', { 'sec-fetch-site': 'none', 'user-agent': CHROME }],
    ['one of a page that was named', { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }],
    ['an event stream of our own page without TLS', { 'user-agent': CHROME, referer: 'https://logs.example/x' }],
    ['one of a program', { 'user-agent': 'curl/8.5.0' }],
    ['one of a program without a name', {}],
  ])('is not %s', (_what, headers) => {
    expect(mayBeForged({ headers: { host: 'logs.example', ...headers } }, OURS)).toBe(false);
  });
});

describe('a server', () => {
  const query = '{ sources { name } }';
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' };

  test('executes neither forms nor links of other sites', async () => {
    const { url } = await start();
    const body = `query=${encodeURIComponent(query)}`;
    const answers = [
      await send(`${url}/graphql`, 'POST', form, body),
      await send(`${url}/graphql?${body}`, 'GET', { 'sec-fetch-site': 'cross-site', 'user-agent': CHROME }),
    ];
    for (const [status, answer] of answers) {
      expect(status).toBe(403);
      expect(answer).toContain('"code":"FORBIDDEN"');
      expect(answer).not.toContain('"data"');
    }
    expect((await send(`${url}/graphql?${body}`, 'GET', { accept: 'application/json' }))[0]).toBe(200);
  });

  test('executes both if the configuration allows it', async () => {
    const { url } = await start(undefined, { csrfProtection: false });
    const [status] = await send(`${url}/graphql?query=${encodeURIComponent(query)}`, 'GET', {
      'sec-fetch-site': 'cross-site',
      accept: 'application/json',
    });
    expect(status).toBe(200);
  });

  test('refuses a compressed body', async () => {
    const { url } = await start();
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect((await send(`${url}/graphql`, 'POST', headers, 'x'))[0]).toBe(415);
  });

  test('tells browsers on every answer to run nothing of it, and to show it in no frame', async () => {
    const { url } = await start();
    for (const path of ['/graphql', '/', '/health/live', '/health/ready', '/metrics', '/nothing']) {
      const { headers } = await fetch(`${url}${path}`, { redirect: 'manual' });
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  test('runs only its own scripts on the page', async () => {
    const { url } = await start();
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self'(;|$)/);
    const scripts = [...(await page.text()).matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
    expect(scripts).not.toEqual([]);
    for (const script of scripts) expect(script).toMatch(/ type="application\/json"| src="(?!\w+:|\/\/)/);
  });

  test('hides its schema where the configuration says so', async () => {
    const server = await start(undefined, { introspection: false });
    const { errors } = await server.query('{ __schema { types { name } } }');
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    const wrong = await server.query('{ source { name } }');
    expect(JSON.stringify(wrong.errors)).not.toContain('Did you mean');
    expect((await server.query('{ sources { name } }')).errors).toBeUndefined();
  });
});
