import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, HAS_NO_BROWSER, openBrowser } from '../browser.ts';
import type { TestBrowser } from '../browser.ts';
import { liveFederation } from './live-tail.ts';
import { start } from './start.ts';

describe.skipIf(HAS_NO_BROWSER)(`GraphiQL in a browser (${CHROMIUM})`, () => {
  let browser: TestBrowser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  /** Opens a page that reaches this server only, and writes down what else it asked for. */
  async function open(url: string): Promise<{ page: Page; strangers: string[]; problems: string[] }> {
    const page = await browser.context.newPage();
    const strangers: string[] = [];
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.route('**/*', (route) => {
      const { host, protocol } = new URL(route.request().url());
      if (host === new URL(url).host || protocol === 'blob:' || protocol === 'data:') return route.continue();
      strangers.push(route.request().url());
      return route.abort();
    });
    await page.goto(`${url}/graphql`);
    await page.locator('.graphiql-execute-button').waitFor();
    return { page, strangers, problems };
  }

  /** Runs the query of a tab at once, when GraphiQL still has the other tab's operation in mind. */
  async function run(page: Page, tab: string): Promise<void> {
    await page.getByRole('tab', { name: tab }).click();
    await page.locator('.graphiql-query-editor', { hasText: tab }).waitFor();
    await page.locator('.graphiql-execute-button').click();
  }

  function answer(page: Page): Promise<string> {
    return page.locator('.graphiql-response .view-lines').innerText();
  }

  async function answers(page: Page, ...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      // The editor writes spaces that do not break.
      await expect.poll(async () => (await answer(page)).replaceAll('\u00a0', ' ')).toContain(text);
    }
  }

  test('opens without any other host, runs a query, and shows lines as they arrive', async () => {
    const live = liveFederation();
    const server = await start(live.federation);
    const { page, strangers, problems } = await open(server.url);

    await run(page, 'Sources');
    await answers(page, '"name": "up"', '"vendor": "fake"');

    await run(page, 'Tail');
    await live.listening(1);
    live.line(1);
    await answers(page, '"message": "line 1"');
    live.line(2);
    await answers(page, '"events": 2', '"message": "line 2"', '"message": "line 1"');
    await page.screenshot({ path: process.env['SCREENSHOT'] ?? join(browser.folder, 'graphiql.png') });

    await page.locator('.graphiql-execute-button').click();
    await live.listening(0);
    expect(strangers).toEqual([]);
    expect(problems).toEqual([]);
    expect(server.log).toEqual([]);
    await page.close();
  });

  test('runs the query that is shown in the moment after a change of tabs', async () => {
    const live = liveFederation();
    const server = await start(live.federation);
    const { page } = await open(server.url);
    await page.getByRole('tab', { name: 'Tail' }).evaluate(runAtOnce);
    await live.listening(1);
    await page.close();
  });

  test('opens each tab that is clicked, also the first one, with lines that are not cut off', async () => {
    const server = await start();
    const { page } = await open(server.url);
    for (const name of ['Merged', 'JobsWithLogs', 'Tail', 'Sources', 'Merged']) {
      await page.getByRole('tab', { name }).click();
      await expect.poll(() => page.locator('[role=tab][aria-selected=true]').innerText()).toBe(name);
      await expect.poll(() => page.locator('.graphiql-query-editor').innerText()).toContain(name);
      await expect.poll(() => page.locator('.graphiql-query-editor').evaluate(cutOff)).toEqual([]);
    }
    await page.close();
  });

  test('has our name and mark, which lead to the log explorer, and no other product’s', async () => {
    const server = await start();
    const { page } = await open(server.url);
    const home = page.locator('.graphiql-logo a');
    expect([await home.innerText(), await home.getAttribute('href')]).toEqual(['Tributary', './']);
    expect(await page.locator('.graphiql-logo svg').count()).toBe(1);
    expect(await page.title()).toBe('Tributary: GraphiQL');
    await page.close();
  });
});

/** In the page: runs a tab's query as soon as the editor shows it. */
async function runAtOnce(tab: SVGElement | HTMLElement): Promise<void> {
  const editor = tab.ownerDocument.querySelector('.graphiql-query-editor');
  tab.querySelector('button')?.click();
  while (editor?.textContent.includes('LogStreamEnd') !== true) await new Promise(requestAnimationFrame);
  tab.ownerDocument.querySelector<HTMLElement>('.graphiql-execute-button')?.click();
}

/** In the page: texts of lines that end behind the right edge of the editor's text. */
function cutOff(editor: Element): readonly string[] {
  const edge = editor.querySelector('.lines-content')?.parentElement?.getBoundingClientRect().right ?? 0;
  return [...editor.querySelectorAll('.view-line > span')]
    .filter((line) => line.getBoundingClientRect().right > edge)
    .map((line) => line.textContent);
}
