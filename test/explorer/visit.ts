/** What the browser tests of the explorer share: one browser and one service for a file, and a fresh page for each test. */
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { CHROMIUM } from '../browser.ts';
import { startExplorer, watch } from './stand.ts';
import type { Explorer } from './stand.ts';

export interface Visits {
  readonly url: string;
  /** Opens an address of the page; the page must not have had a problem when the test is over. */
  visit(use: (page: Page) => Promise<void>, options: BrowserContextOptions, address?: string): Promise<void>;
}

/** Call it in a `describe`. Without another service, the pages are of the sandbox with its growing jobs. */
export function useExplorer(serve: () => Promise<Explorer> = startExplorer): Visits {
  let browser: Browser;
  let explorer: Explorer;

  beforeAll(async () => {
    explorer = await serve();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  });

  afterAll(async () => {
    await browser.close();
    await explorer.stop();
  });

  return {
    get url() {
      return explorer.url;
    },
    async visit(use, options, address = `${explorer.url}/`) {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(60_000);
      const page = await context.newPage();
      const { problems } = watch(page, new URL(address).origin);
      await page.goto(address);
      await use(page);
      await context.close();
      expect(problems).toEqual([]);
    },
  };
}

/** The list holds rows for what is in view, so a job is found by its name first. */
export async function openJob(page: Page, name: string): Promise<void> {
  await page.getByLabel('Find jobs by name').fill(name);
  // Until the others are gone, the rows may still change under the pointer.
  await page.locator('.job-main').filter({ hasNotText: name }).first().waitFor({ state: 'detached' });
  await page.locator('.job-main', { hasText: name }).click();
  await page.locator('.line').first().waitFor();
}

/** The texts of the open lines that are on the screen, not only in the document. */
export function openLinesInView(page: Page): Promise<readonly string[]> {
  return page.locator('.line-open .line-text').evaluateAll((texts) =>
    texts
      .filter((text) => {
        const { top, bottom } = text.getBoundingClientRect();
        const view = text.closest('.lines')?.getBoundingClientRect();
        return view !== undefined && top >= view.top && Math.min(bottom, top + 20) <= view.bottom;
      })
      .map(({ textContent }) => textContent),
  );
}

export function inOrder(times: readonly (string | null)[]): boolean {
  return times.every((time, index) => index === 0 || Date.parse(times[index - 1] ?? '') <= Date.parse(time ?? ''));
}
