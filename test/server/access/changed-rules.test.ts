import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AccessSettings, Role } from '../../../src/config/access.ts';
import { encodeNodeId } from '../../../src/federation/node-id.ts';
import { follow } from '../../tail/follower.ts';
import { fakeFederation } from '../../resolvers/fake-federation.ts';
import type { FakeFederation } from '../../resolvers/fake-federation.ts';
import { liveFederation } from '../live-tail.ts';
import { start } from '../start.ts';

const jobs = [encodeNodeId('Job', 'up', 'a')];
const NAMES = '{ sources { name } }';

const ALL: Role = { sources: null, operations: ['query', 'subscription', 'export'] };
const SOME: Role = { sources: ['up'], operations: ['query', 'subscription'] };

/** Keys of these names, each of which is its bearer's role, too. */
function keysOf(roles: Readonly<Record<string, Role>>): AccessSettings {
  const keys = Object.keys(roles).map((name) => ({
    name,
    sha256: createHash('sha256').update(`key-of-${name}`).digest('hex'),
    roles: [name],
  }));
  return { type: 'keys', keys, roles };
}

/** Why a stream ended: by an error, or by the code of its WebSocket. */
function wordsOf(problem: unknown): string {
  const { code, reason } = (problem ?? {}) as { readonly code?: unknown; readonly reason?: unknown };
  return code === 4403 ? String(reason) : JSON.stringify(problem);
}

const TAIL = JSON.stringify({
  query: `subscription { logEntries(jobs: ["${jobs[0]}"]) { __typename ... on LogBatch { edges { node { message } } } } }`,
});

/** A request whose body comes after its headers. */
function slowlySent(url: string, name: string, body: string, accept = 'text/event-stream') {
  const headers = { ...as(name), 'content-type': 'application/json', accept };
  const request = httpRequest(`${url}/graphql`, {
    method: 'POST',
    headers: { ...headers, 'content-length': body.length, expect: '100-continue' },
  });
  request.flushHeaders();
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  onTestFinished(() => void request.destroy());
  return {
    /** The server says so, and judges the caller in the same turn. */
    isAdmitted: once(request, 'continue'),
    sendBody: () => void request.end(body),
    async heard(text: string): Promise<string> {
      const [response] = await answered;
      let all = '';
      for await (const chunk of response) {
        all += String(chunk);
        if (all.includes(text)) break;
      }
      return all;
    },
  };
}

/** Sources of which a caller may see some. */
function someFederation(names: readonly string[] = ['up', 'down']): FakeFederation {
  const sources = fakeFederation().sources.filter(({ name }) => names.includes(name));
  return fakeFederation({ sources, only: (wanted) => someFederation(names.filter((name) => wanted.has(name))) });
}

const bearer = (name: string): string => `Bearer key-of-${name}`;
const as = (name: string): Record<string, string> => ({ authorization: bearer(name) });

describe('a service that is told other rules', () => {
  test('shows the new sources to all later requests', async () => {
    const server = await start(someFederation());
    expect((await server.query(NAMES)).data).toEqual({ sources: [{ name: 'up' }, { name: 'down' }] });
    await server.applyRules({ federation: someFederation(['down']) });
    expect((await server.query(NAMES)).data).toEqual({ sources: [{ name: 'down' }] });
  });

  test('knows new keys, and takes back those that are gone', async () => {
    const federation = someFederation();
    const server = await start(federation, { auth: keysOf({ old: ALL, both: ALL }) });
    await server.applyRules({ federation, auth: keysOf({ both: SOME, fresh: ALL }) });
    expect((await server.query(NAMES, {}, as('old'))).status).toBe(401);
    expect((await server.query(NAMES, {}, as('both'))).data).toEqual({ sources: [{ name: 'up' }] });
    expect((await server.query(NAMES, {}, as('fresh'))).data).toEqual({ sources: [{ name: 'up' }, { name: 'down' }] });
  });

  test.each(['WebSocket', 'SSE'] as const)(
    'ends only the streams of callers that have lost access (%s)',
    async (transport) => {
      const live = liveFederation();
      const server = await start(live.federation, { auth: keysOf({ gone: ALL, less: ALL, same: SOME }) });
      const followers = ['gone', 'less', 'same'].map((name) => follow(transport, server.url, { jobs }, bearer(name)));
      await live.listening(3);
      await server.applyRules({ federation: live.federation, auth: keysOf({ less: SOME, same: SOME, fresh: ALL }) });
      await live.listening(1);
      const [gone, less, same] = followers;
      await Promise.all([gone?.over, less?.over]);
      for (const each of [gone, less]) expect(wordsOf(each?.problem)).toContain('may not be used as it was any more');
      live.line(1);
      await same?.until(({ lines }) => lines.length === 1);
      same?.kill();
    },
  );

  test('ends the stream of a caller that has lost access between its headers and its body', async () => {
    const live = liveFederation();
    const server = await start(live.federation, { auth: keysOf({ gone: ALL, same: ALL }) });
    const slow = ['gone', 'same'].map((name) => slowlySent(server.url, name, TAIL));
    // The headers are judged as soon as they come.
    for (const each of slow) await each.isAdmitted;
    await server.applyRules({ federation: live.federation, auth: keysOf({ same: ALL }) });
    for (const each of slow) each.sendBody();
    const [gone, same] = slow;
    expect(await gone?.heard('event: complete')).toContain('may not be used as it was any more');
    await live.listening(1);
    live.line(1);
    expect(await same?.heard('line 1')).not.toContain('error');
  });

  test.each([true, false])(
    'refuses the query of a caller that has lost access between its headers and its body (the short way: %s)',
    async (shortWay) => {
      const federation = someFederation();
      const server = await start(federation, { auth: keysOf({ gone: ALL, less: ALL, same: ALL }), shortWay });
      const body = JSON.stringify({ query: NAMES });
      const slow = ['gone', 'less', 'same'].map((name) => slowlySent(server.url, name, body, 'application/json'));
      for (const each of slow) await each.isAdmitted;
      await server.applyRules({ federation, auth: keysOf({ less: SOME, same: ALL }) });
      for (const each of slow) each.sendBody();
      const [gone = '', less = '', same = ''] = await Promise.all(slow.map((each) => each.heard('}]}')));
      for (const each of [gone, less]) {
        expect(JSON.parse(each)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
        expect(each).not.toContain('"name"');
      }
      expect(JSON.parse(same)).toEqual({ data: { sources: [{ name: 'up' }, { name: 'down' }] } });
    },
  );

  test('ends no stream if access is unchanged', async () => {
    const live = liveFederation();
    const server = await start(live.federation, { auth: keysOf({ same: SOME }) });
    const same = follow('WebSocket', server.url, { jobs }, bearer('same'));
    await live.listening(1);
    await server.applyRules({ federation: live.federation, auth: keysOf({ same: SOME }) });
    live.line(1);
    await same.until(({ lines }) => lines.length === 1);
    same.kill();
  });

  test('stays open if it was open to everybody', async () => {
    const auth = keysOf({ same: ALL });
    const server = await start(fakeFederation(), { host: '0.0.0.0', auth });
    await expect(server.applyRules({ federation: fakeFederation() })).rejects.toThrow('server.auth');
    expect((await server.query(NAMES)).status).toBe(401);
  });
});
