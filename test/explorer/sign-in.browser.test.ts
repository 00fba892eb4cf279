import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { buildExplorer } from '../../explorer/build.ts';
import { CHROMIUM, HAS_NO_BROWSER } from '../browser.ts';
import { start } from '../cli/command-line.ts';
import { openJob } from './visit.ts';

const KEY = 'trib_a-key-that-is-only-in-this-test';

/** The sandbox behind a key. */
async function withService(use: (url: string) => Promise<void>): Promise<void> {
  await buildExplorer();
  const folder = await mkdtemp(join(tmpdir(), 'tributary-'));
  const file = join(folder, 'tributary.json');
  const sha256 = createHash('sha256').update(KEY).digest('hex');
  await writeFile(file, JSON.stringify({ server: { auth: { type: 'keys', keys: [{ name: 'ada', sha256 }] } } }));
  const command = start(['serve', '--config', file, '--port', '0']);
  const url = new URL('/', (await command.firstOutput()).slice('ready at '.length).trim()).origin;
  try {
    await use(url);
  } finally {
    command.stop();
    await command.done;
    await rm(folder, { recursive: true });
  }
}

describe.skipIf(HAS_NO_BROWSER)('the log explorer of a service that wants to know who calls', () => {
  test('asks for a key, reports a wrong one, and then shows and follows logs', async () => {
    await withService(async (url) => {
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
      const context = await browser.newContext();
      context.setDefaultTimeout(60_000);
      const page = await context.newPage();
      await page.goto(`${url}/`);
      const field = page.getByLabel('Key or token');
      await field.fill('trib_wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('The key is not known.').waitFor();
      await field.fill(`Bearer ${KEY}`);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await openJob(page, 'support-assistant-dpo');
      await page.getByText('Live', { exact: true }).waitFor();
      await page.reload();
      await page.locator('.line').first().waitFor();
      expect(await page.evaluate(() => [localStorage.length, Object.keys(sessionStorage)])).toEqual([
        0,
        ['tributary.key'],
      ]);
      expect(page.url()).not.toContain('trib_');
      await page.getByRole('link', { name: 'This view as a query' }).click();
      await page.locator('.graphiql-execute-button').click();
      await page.locator('.graphiql-response', { hasText: 'timestamp' }).waitFor();
      const other = await context.newPage();
      await other.goto(`${url}/`);
      await other.getByLabel('Key or token').waitFor();
      await browser.close();
    });
  });
});
