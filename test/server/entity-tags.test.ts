import { describe, expect, test } from 'vitest';
import { createFederation } from '../../src/federation/create-federation.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeSource } from '../federation/fake-sources.ts';
import { offsetNative } from '../pagination/fake-natives.ts';
import { start } from './start.ts';

const LOGS = `{ logs(jobs: ["${encodeNodeId('Job', 'alpha', 'one')}"], first: 5) { nodes { message } } }`;
const line = (id: number) => ({ time: BigInt(id), id: String(id), text: `line ${id}`, level: 'INFO' });

async function serve() {
  const log = offsetNative([line(1)], { limit: 10, timeFilter: true, total: true, tieOrdered: true });
  const { url } = await start(createFederation([fakeSource('alpha', { one: [log] })]));
  const get = (query: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, { headers });
  return { log, url, get };
}

describe('an answer to GET', () => {
  test('has a tag, and a client that sends the tag gets 304 until the answer changes', async () => {
    const { log, get } = await serve();
    const first = await get(LOGS);
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^W\/"[\w-]{22}"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(await first.json()).toMatchObject({ data: { logs: { nodes: [{ message: 'line 1' }] } } });
    for (const known of [tag, `"other", ${tag}`]) {
      const same = await get(LOGS, { 'if-none-match': known });
      expect([same.status, same.headers.get('etag'), await same.text()]).toEqual([304, tag, '']);
    }
    log.add([line(2)]);
    const changed = await get(LOGS, { 'if-none-match': tag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(tag);
    expect(await changed.text()).toContain('line 2');
  });

  test('has the same tag under another compression', async () => {
    const { get } = await serve();
    const names = '{ __schema { types { name description } } }';
    const tags = await Promise.all(
      ['gzip', 'br', 'identity'].map(async (encoding) =>
        (await get(names, { 'accept-encoding': encoding })).headers.get('etag'),
      ),
    );
    expect(new Set(tags).size).toBe(1);
    expect((await get(names, { 'if-none-match': tags[0] ?? '', 'accept-encoding': 'gzip' })).status).toBe(304);
  });

  test('has a tag, and an answer to POST has none', async () => {
    const { url } = await serve();
    const posted = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: LOGS }),
    });
    expect(posted.headers.get('etag')).toBeNull();
  });
});
