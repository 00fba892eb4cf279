import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import type { AccessSettings } from '../../../src/config/access.ts';
import { fakeFederation } from '../../resolvers/fake-federation.ts';
import { serve } from '../../http/loopback.ts';
import { createAccessControl } from '../../../src/server/access/judge.ts';
import { start } from '../start.ts';
import { startIssuer } from './issuer.ts';
import type { Claims } from './issuer.ts';

const KEY = 'trib_a-key-that-is-only-in-this-test';
const QUERY = '{ sources { name } }';

function keys(...roles: string[]): AccessSettings {
  const sha256 = createHash('sha256').update(KEY).digest('hex');
  const other = createHash('sha256').update('another').digest('hex');
  return {
    type: 'keys',
    keys: [
      { name: 'other', sha256: other, roles: [] },
      { name: 'grafana', sha256, roles },
    ],
    roles: roles.length === 0 ? null : { reader: { sources: null, operations: ['query'] } },
  };
}

function* endless(): Generator<string> {
  for (;;) yield ' '.repeat(65_536);
}

/** What a client that sends this `Authorization` gets from the graph. */
async function ask(auth: AccessSettings, authorization: string | null) {
  const server = await start(fakeFederation(), { auth });
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization === null ? {} : { authorization }) },
    body: JSON.stringify({ query: QUERY }),
  });
  const { status, headers } = response;
  const text = await response.text();
  return { status, challenge: headers.get('www-authenticate'), retryAfter: headers.get('retry-after'), text, server };
}

describe('keys', () => {
  test('admit only their bearers', async () => {
    expect((await ask(keys(), `Bearer ${KEY}`)).status).toBe(200);
    expect((await ask(keys(), `bearer   ${KEY}`)).status).toBe(200);
  });

  test.each([
    ['nothing', null, /has no Authorization/, 'Bearer realm="tributary"'],
    ['an empty header', ' ', /has no Authorization/, 'Bearer realm="tributary"'],
    [
      'another key',
      'Bearer trib_another',
      /key is not known/,
      'Bearer realm="tributary", error="invalid_token", error_description="The key is not known."',
    ],
    ['another scheme', `Basic ${KEY}`, /not of the form/, /error="invalid_token"/],
    ['no token', 'Bearer', /not of the form|not a token/, /error="invalid_token"/],
    ['what is no token', 'Bearer a"b', /not a token/, /error="invalid_token"/],
    ['a token of any length', `Bearer ${'x'.repeat(10_000)}`, /not known/, /error="invalid_token"/],
  ])('are required from a client that sends %s', async (_what, authorization, message, challenge) => {
    const answer = await ask(keys(), authorization);
    expect(answer.status).toBe(401);
    expect(answer.text).toMatch(message);
    expect(answer.text).toContain('"code":"UNAUTHENTICATED"');
    expect(answer.challenge).toEqual(
      typeof challenge === 'string' ? challenge : (expect.stringMatching(challenge) as string),
    );
    if (authorization !== null && authorization.length > 20) {
      expect(answer.text + answer.server.log.join('')).not.toContain(authorization.slice(7));
    }
  });

  test('of a bearer without a known role are refused with that reason', async () => {
    expect((await ask(keys('reader'), `Bearer ${KEY}`)).status).toBe(200);
    const answer = await ask(keys('stranger'), `Bearer ${KEY}`);
    expect([answer.status, answer.challenge]).toEqual([403, null]);
    expect(answer.text).toContain('"code":"FORBIDDEN"');
  });

  test('identify callers for limits: one bearer is one caller at any address', async () => {
    const server = await start(fakeFederation(), { auth: keys(), clientLimits: { requestsPerSecond: 1 } });
    const headers = { authorization: `Bearer ${KEY}` };
    const statuses = [];
    for (let sent = 0; sent < 6; sent += 1) statuses.push((await server.query(QUERY, {}, headers)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });
});

describe('tokens', () => {
  const now = Math.floor(Date.now() / 1_000);

  test('of the issuer admit their bearers', async () => {
    const issuer = await startIssuer();
    expect((await ask(issuer.settings, `Bearer ${await issuer.token()}`)).status).toBe(200);
  });

  test.each<[string, Claims, RegExp]>([
    ['of another issuer', { iss: 'https://evil.example/' }, /another issuer/],
    ['for another audience', { aud: 'billing' }, /another audience/],
    ['that have expired', { exp: now - 60 }, /has expired/],
    ['that are not valid yet', { nbf: now + 600 }, /not valid yet/],
    ['without an end', { exp: null }, /no end/],
    ['without a subject', { sub: undefined }, /no subject/],
  ])('%s are refused with a reason', async (_what, claims, message) => {
    const issuer = await startIssuer();
    const token = await issuer.token(claims);
    const answer = await ask(issuer.settings, `Bearer ${token}`);
    expect(answer.status).toBe(401);
    expect(answer.text).toMatch(message);
    expect(answer.challenge).toMatch(/error="invalid_token"/);
    for (const part of token.split('.')) expect(answer.text + answer.server.log.join('')).not.toContain(part);
  });

  test('with a signature of another issuer are refused', async () => {
    const issuer = await startIssuer();
    const answer = await ask(issuer.settings, `Bearer ${await issuer.token({}, 'forger')}`);
    expect([answer.status, answer.text]).toEqual([401, expect.stringMatching(/signature is not the issuer's/)]);
  });

  test('with an algorithm that is not pinned, or without a signature, are refused', async () => {
    const issuer = await startIssuer();
    const claims = { iss: 'https://login.example.com/', aud: 'tributary', sub: 'ada', exp: now + 60 };
    const shared = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32, 1));
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const unsigned = `${encode({ alg: 'none' })}.${encode(claims)}.`;
    for (const token of [shared, unsigned, 'a.b.c', 'nonsense']) {
      expect((await ask(issuer.settings, `Bearer ${token}`)).status).toBe(401);
    }
  });

  test('are checked with known keys while the issuer is down; without known keys, clients are asked to retry', async () => {
    const issuer = await startIssuer();
    const authorization = `Bearer ${await issuer.token()}`;
    const server = await start(fakeFederation(), { auth: issuer.settings });
    expect((await server.query(QUERY, {}, { authorization })).status).toBe(200);
    await issuer.stop();
    expect((await server.query(QUERY, {}, { authorization })).status).toBe(200);
    const answer = await ask(issuer.settings, authorization);
    expect([answer.status, answer.retryAfter, answer.challenge]).toEqual([503, '5', null]);
    expect(answer.text).toContain("The issuer's keys can't be read now.");
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['answers with an error', (response) => response.writeHead(500).end()],
    ['answers with a page', (response) => response.end('<html>')],
    ['sends keys without an end', (response) => void Readable.from(endless()).pipe(response)],
    ['sends JSON that is no set of keys', (response) => response.end('{"keys":null}')],
  ])('cause no calls for a while to an issuer that %s', async (_, answer) => {
    let asked = 0;
    const issuer = await serve((_request, response) => {
      asked += 1;
      answer(response);
    });
    const own = await startIssuer();
    const server = await start(fakeFederation(), { auth: { ...own.settings, jwks: issuer.origin } as AccessSettings });
    const headers = { authorization: `Bearer ${await own.token()}` };
    for (let sent = 0; sent < 5; sent += 1) expect((await server.query(QUERY, {}, headers)).status).toBe(503);
    expect(asked).toBe(1);
    const warnings = server.log.filter((line) => line.includes("the issuer's keys can't be read"));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/"level":40.*"reason":"it/);
    expect(warnings[0]).not.toContain('127.0.0.1');
  });

  test('that do not name their key are tried with each of the issuer, and a byte order mark before these is passed over', async () => {
    const [first, second] = [await startIssuer(), await startIssuer()];
    const keys = await Promise.all([first, second].map(({ settings }) => keysOf(settings)));
    const both = await serve((_request, response) => {
      const unnamed = keys.flat().map(({ kid: _kid, ...key }) => key);
      response.end(`\ufeff${JSON.stringify({ keys: unnamed })}`);
    });
    const server = await start(fakeFederation(), { auth: { ...first.settings, jwks: both.origin } as AccessSettings });
    const status = async (token: string): Promise<number> =>
      (await server.query(QUERY, {}, { authorization: `Bearer ${token}` })).status;
    for (const issuer of [first, second]) {
      expect(await status(await issuer.token({}, 'issuer', null))).toBe(200);
      expect(await status(await issuer.token({}, 'forger', null))).toBe(401);
      expect(await status(await issuer.token({ exp: now - 60 }, 'issuer', null))).toBe(401);
    }
  });

  test('that need an extension are refused', async () => {
    const issuer = await startIssuer();
    const [, payload, signature] = (await issuer.token()).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'first', crit: ['x'], x: 1 })).toString('base64url');
    const answer = await ask(issuer.settings, `Bearer ${header}.${payload}.${signature}`);
    expect(answer.status).toBe(401);
  });

  test("cause one call for the issuer's keys, not one for each request or each unknown key", async () => {
    const issuer = await startIssuer();
    const server = await start(fakeFederation(), { auth: issuer.settings });
    const good = `Bearer ${await issuer.token()}`;
    const strange = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'unknown' }).sign(await anyKey());
    await Promise.all([good, good, good].map((authorization) => server.query(QUERY, {}, { authorization })));
    for (let sent = 0; sent < 5; sent += 1) {
      expect((await server.query(QUERY, {}, { authorization: `Bearer ${strange}` })).status).toBe(401);
    }
    expect(issuer.asked()).toBe(1);
  });

  test('name roles in the claim that is configured, as a list or as a text', async () => {
    const issuer = await startIssuer({ reader: { sources: null, operations: ['query'] } });
    const server = await start(fakeFederation(), { auth: issuer.settings });
    const status = async (claims: Claims): Promise<number> =>
      (await server.query(QUERY, {}, { authorization: `Bearer ${await issuer.token(claims)}` })).status;
    expect(await status({ realm: { roles: ['other', 'reader'] } })).toBe(200);
    expect(await status({ 'realm.roles': 'other reader' })).toBe(200);
    expect(await status({ realm: { roles: ['writer', 7, null] } })).toBe(403);
    expect(await status({ roles: ['reader'] })).toBe(403);
    expect(await status({ realm: { roles: ['toString', '__proto__', 'constructor'] } })).toBe(403);
  });
});

async function keysOf(settings: AccessSettings): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (settings.type !== 'jwt') throw new Error('An issuer has tokens.');
  const { keys } = (await (await fetch(settings.jwks)).json()) as { keys: Record<string, unknown>[] };
  return keys;
}

async function anyKey(): Promise<CryptoKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  return pair.privateKey;
}

describe('a service without access rules', () => {
  test('takes an empty Authorization for none, so that no source is sent it', async () => {
    const { judge } = createAccessControl({ type: 'none' }, fakeFederation());
    for (const sent of ['', ' ', null]) expect((await judge(sent)).authorization).toBeNull();
    expect((await judge('Bearer x')).authorization).toBe('Bearer x');
  });

  test('listens on the loopback only, unless it is configured to be open', async () => {
    await expect(start(fakeFederation(), { host: '0.0.0.0' })).rejects.toThrow(/server.auth: is missing/);
    const server = await start(fakeFederation(), { host: '0.0.0.0', auth: { type: 'none' } });
    expect((await fetch(`http://127.0.0.1:${new URL(server.url).port}/health/live`)).status).toBe(200);
  });
});
