/**
 * `npm run screenshots`: opens the explorer on the sandbox in Chromium and writes the pictures that docs/explorer.md
 * shows, at the size of a desktop and of a phone.
 */
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { CHROMIUM } from '../test/browser.ts';
import { SIZES, startExplorer } from '../test/explorer/stand.ts';
import { openJob } from '../test/explorer/visit.ts';

const FOLDER = fileURLToPath(new URL('../docs/images/', import.meta.url));

interface Picture {
  readonly name: string;
  readonly options: BrowserContextOptions;
  readonly show: (page: Page) => Promise<void>;
}

async function failedJob(page: Page): Promise<void> {
  await openJob(page, 'support-assistant-full');
  await page.locator('.bar').first().waitFor();
  await page.getByLabel('Find jobs by name').fill('');
  await page.locator('.job').nth(5).waitFor();
}

const PICTURES: readonly Picture[] = [
  { name: 'explorer-log', options: SIZES.desktop, show: failedJob },
  {
    name: 'explorer-line-dark',
    options: { ...SIZES.desktop, colorScheme: 'dark' },
    async show(page) {
      await failedJob(page);
      await page.getByRole('button', { name: 'Error', exact: true }).click();
      await page.getByText('3 lines', { exact: true }).first().waitFor();
      await page.locator('.severity-error .line-toggle').first().click();
      await page.getByRole('button', { name: 'Lines around it' }).click();
      await page.locator('.context-line').first().waitFor();
    },
  },
  {
    name: 'explorer-merged',
    options: SIZES.desktop,
    show: merged,
  },
  { name: 'explorer-wide', options: { viewport: { width: 2200, height: 1100 } }, show: merged },
  {
    name: 'explorer-no-match',
    options: SIZES.desktop,
    async show(page) {
      await failedJob(page);
      await page.getByRole('button', { name: 'Warn', exact: true }).click();
      await page.getByLabel('Find lines').fill('epoch');
      await page.getByText('No line matches').waitFor();
    },
  },
  {
    name: 'graphiql',
    options: SIZES.desktop,
    async show(page) {
      await page.goto(new URL('graphql', page.url()).href);
      await page.getByRole('tab', { name: 'Tail' }).click();
      await page.locator('.graphiql-query-editor', { hasText: 'LogStreamEnd' }).waitFor();
      await page.locator('.graphiql-execute-button').click();
      await page.locator('.graphiql-response', { hasText: 'LogBatch' }).waitFor();
    },
  },
  {
    name: 'explorer-phone-jobs',
    options: SIZES.phone,
    show: (page) => page.locator('.job').nth(5).waitFor(),
  },
  { name: 'explorer-phone-log', options: SIZES.phone, show: phoneLog },
];

async function merged(page: Page): Promise<void> {
  await page.getByLabel('Add support-assistant-dpo to the log').click();
  await page.getByLabel('Add Ocean loop, still rendering to the log').click();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.locator('.bar').first().waitFor();
  await page.getByRole('tree').nth(1).waitFor();
}

async function phoneLog(page: Page): Promise<void> {
  await openJob(page, 'support-assistant-full');
  await page.locator('.bar').first().waitFor();
}

const explorer = await startExplorer();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
try {
  for (const { name, options, show } of PICTURES) {
    const context = await browser.newContext({ ...options, timezoneId: 'UTC' });
    const page = await context.newPage();
    await page.goto(`${explorer.url}/`);
    await show(page);
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    // Neither the pointer nor the focus is what a picture is about.
    await page.mouse.move(0, 0);
    await page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    });
    await page.screenshot({ path: `${FOLDER}${name}.png`, animations: 'disabled' });
    await context.close();
    process.stdout.write(`docs/images/${name}.png\n`);
  }
} finally {
  await browser.close();
  await explorer.stop();
}
