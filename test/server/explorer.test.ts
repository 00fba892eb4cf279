import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { start } from './start.ts';

describe('the files of the log explorer', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-explorer-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><script type="module" src="./assets/a-1.js"></script>');
    await writeFile(join(folder, 'assets', 'a-1.js'), `export const a = '${'a'.repeat(2_000)}';`);
    await writeFile(join(folder, 'secret.txt'), 'not a file of the page');
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test('come with a policy that allows no inline script, no other host and no frame around the page', async () => {
    const { url } = await start(undefined, { explorer: folder });
    const page = await fetch(`${url}/`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('are cached for ever if their names have hashes, and revalidated otherwise', async () => {
    const { url } = await start(undefined, { explorer: folder });
    const page = await fetch(`${url}/`);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = await fetch(`${url}/assets/a-1.js`);
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const again = await fetch(`${url}/`, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
  });

  test('are compressed for clients that take that, and whole for others', async () => {
    const { url } = await start(undefined, { explorer: folder });
    const bytes = async (encoding: string): Promise<readonly [string | null, number]> => {
      const response = await fetch(`${url}/assets/a-1.js`, { headers: { 'accept-encoding': encoding } });
      await response.text();
      return [response.headers.get('content-encoding'), Number(response.headers.get('content-length'))];
    };
    expect(await bytes('identity')).toEqual([null, 2_020]);
    expect((await bytes('gzip, br'))[0]).toBe('br');
    expect((await bytes('gzip, br;q=0'))[0]).toBe('gzip');
    expect((await bytes('br'))[1]).toBeLessThan(200);
  });

  test('are the only ones of their folder that are served, to GET and HEAD alone', async () => {
    const { url } = await start(undefined, { explorer: folder });
    for (const path of [
      '/secret.txt',
      '/index.html',
      '/assets/',
      '/assets/../secret.txt',
      '/assets/%2e%2e/secret.txt',
    ]) {
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    }
    const refused = await fetch(`${url}/`, { method: 'POST', body: '{}' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(`${url}/`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('are replaced by GraphiQL if the explorer is off or not built', async () => {
    for (const explorer of [false, join(folder, 'nothing')]) {
      const { url } = await start(undefined, { explorer });
      const answer = await fetch(`${url}/`, { redirect: 'manual' });
      expect([answer.status, answer.headers.get('location')]).toEqual([302, 'graphql']);
    }
  });
});
