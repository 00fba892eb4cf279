import { text } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { BINDINGS } from '../../explorer/src/keys/bindings.ts';
import { HAS_NO_BROWSER } from '../browser.ts';
import { SIZES } from './stand.ts';
import { openJob, openLinesInView, useExplorer } from './visit.ts';

describe('the keys of the log explorer', () => {
  test('mean one thing each', () => {
    const keys = BINDINGS.flatMap(({ bindings }) => bindings.map(({ key }) => key));
    expect(keys).toEqual([...new Set(keys)]);
  });
});

describe.skipIf(HAS_NO_BROWSER)('the keys of the log explorer in a browser', () => {
  const explorer = useExplorer();
  const desktop = (use: (page: Page) => Promise<void>): Promise<void> => explorer.visit(use, SIZES.desktop);
  const focusedLine = (page: Page): Promise<string | null | undefined> =>
    page.evaluate(() => document.activeElement?.closest('.line')?.querySelector('.line-text')?.textContent);

  test('are listed by `?`, which Escape closes', async () => {
    await desktop(async (page) => {
      await page.locator('.job').first().waitFor();
      await page.keyboard.press('?');
      const dialog = page.getByRole('dialog', { name: 'Keys' });
      await dialog.waitFor();
      for (const { words } of BINDINGS.flatMap(({ bindings }) => bindings)) {
        await expect.poll(() => dialog.getByText(words, { exact: true }).count()).toBe(1);
      }
      await page.keyboard.press('Escape');
      await expect.poll(() => dialog.count()).toBe(0);
    });
  });

  test('go from the search of jobs to those it found, along them, and back', async () => {
    await desktop(async (page) => {
      const focused = (): Promise<string | undefined> =>
        page.evaluate(() => document.activeElement?.querySelector('.job-name')?.textContent);
      await page.locator('.job').first().waitFor();
      await page.keyboard.press('s');
      await page.keyboard.type('assistant');
      const names = (): Promise<string[]> => page.locator('.job-name').allInnerTexts();
      await expect
        .poll(names)
        .toSatisfy((found: string[]) => found.length > 1 && found.every((name) => name.includes('assistant')));
      const [first = '', second = ''] = await names();
      await page.keyboard.press('ArrowDown');
      await expect.poll(focused).toBe(first);
      await page.keyboard.press('ArrowDown');
      await expect.poll(focused).toBe(second);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: second }).waitFor();
      for (let index = 0; index < 2; index += 1) await page.keyboard.press('ArrowUp');
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('find-jobs');
    });
  });

  test('find a job, walk its lines and errors, open one and the lines around it, without a mouse', async () => {
    await desktop(async (page) => {
      await page.locator('.job').first().waitFor();
      await page.keyboard.press('s');
      await page.keyboard.type('support-assistant-full');
      await expect.poll(() => page.locator('.job-name').allInnerTexts()).toEqual(['support-assistant-full']);
      await page.keyboard.press('Escape');
      await page.keyboard.press(']');
      await page.locator('.severity-error').first().waitFor();

      await page.keyboard.press('k');
      await expect.poll(() => focusedLine(page)).toBe('ERROR: training ended with exit code 1');
      await page.keyboard.press('k');
      await expect.poll(() => focusedLine(page)).toContain('OutOfMemoryError');
      for (let index = 0; index < 4; index += 1) await page.keyboard.press('E');
      await expect.poll(() => focusedLine(page)).toContain('UserWarning');
      await page.keyboard.press('e');
      await expect.poll(() => focusedLine(page)).toBe('[stderr] Traceback (most recent call last):');

      await page.keyboard.press('Enter');
      await page.waitForURL(/line=/);
      await page.keyboard.press('c');
      await expect.poll(() => page.locator('.context-line').count()).toBeGreaterThan(5);
      await expect
        .poll(() => page.locator('.context-this .context-text').innerText())
        .toBe('[stderr] Traceback (most recent call last):');
      await page.keyboard.press('Escape');
      await expect.poll(() => page.url()).not.toContain('line=');
    });
  });

  test('narrow the log, and show a found line in the whole log again', async () => {
    await desktop(async (page) => {
      await openJob(page, 'support-assistant-full');
      await page.keyboard.press('5');
      await page.waitForURL(/level=ERROR/);
      await page.keyboard.press('/');
      await page.keyboard.type('exit code');
      await page.waitForURL(/exit(\+|%20)code/);
      await expect.poll(() => page.locator('.line').count()).toBe(1);
      await page.keyboard.press('Escape');
      await page.keyboard.press('j');
      await expect.poll(() => focusedLine(page)).toBe('ERROR: training ended with exit code 1');
      await page.keyboard.press('Enter');
      await page.waitForURL(/line=/);
      await page.keyboard.press('c');
      await page.locator('.context-this').waitFor();
      await expect.poll(() => page.locator('.context-line').count()).toBeGreaterThan(3);
      await page.getByRole('button', { name: 'Show in the whole log' }).click();
      await expect.poll(() => page.locator('.line').count()).toBeGreaterThan(5);
      await expect.poll(() => openLinesInView(page)).toEqual(['ERROR: training ended with exit code 1']);
      const shown = new URL(page.url()).searchParams;
      expect(['line', 'level', 'q'].filter((name) => shown.has(name))).toEqual(['line']);
    });
  });

  test('hide lines like one, or with the text that is selected, and show those of one step alone', async () => {
    await desktop(async (page) => {
      await openJob(page, 'support-assistant-full');
      const epochs = page.locator('.line-text', { hasText: '| step' });
      await epochs.last().click();
      await page.getByText('Copy JSON').waitFor();
      await page.keyboard.press('x');
      await page.waitForURL(/hide=/);
      await expect.poll(() => epochs.count()).toBe(0);
      await page.locator('.severity-error').first().waitFor();

      // Not a double click: lines may move between its two presses while the list is loaded again.
      await page.locator('.line-text', { hasText: 'OutOfMemoryError' }).evaluate(selectWord, 'stderr');
      await page.keyboard.press('x');
      await page.waitForURL(/hide=.*hide=stderr/);
      await expect.poll(() => page.getByText('OutOfMemoryError').count()).toBe(0);
      expect(await epochs.count()).toBe(0);
      await page.getByRole('button', { name: 'Show lines with | step again' }).click();
      await epochs.last().waitFor();
      expect(await page.getByText('OutOfMemoryError').count()).toBe(0);

      await page.locator('.line-toggle').last().click();
      await page.getByRole('button', { name: 'Only this step' }).click();
      await page.waitForURL(/[?&]part=/);
    });
  });

  test('reach a file of exactly the lines that are shown', async () => {
    await desktop(async (page) => {
      await openJob(page, 'support-assistant-full');
      await page.keyboard.press('5');
      await expect.poll(() => page.locator('.line').count()).toBe(3);
      await page.getByRole('button', { name: 'Download these lines' }).press('Enter');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'JSON lines, exact' }).press('Enter'),
      ]);
      expect(download.suggestedFilename()).toMatch(/\.ndjson$/);
      const lines = (await text(await download.createReadStream())).trim().split('\n');
      expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
        ...Array.from({ length: 3 }, () => ({ severity: 'ERROR' })),
        { end: { status: 'complete' } },
      ]);
    });
  });

  test('open the view as a query, which gives the same lines', async () => {
    await desktop(async (page) => {
      await openJob(page, 'support-assistant-full');
      await page.keyboard.press('5');
      await page.waitForURL(/level=ERROR/);
      await expect.poll(() => page.locator('.line').count()).toBe(3);
      await page.keyboard.press('q');
      await page.waitForURL(/graphql\?query=/, { waitUntil: 'commit' });
      const query = new URL(page.url()).searchParams.get('query');
      expect(query).toContain('minSeverity: ERROR');
      expect(
        await page.request.post(`${explorer.url}/graphql`, { data: { query } }).then((answer) => answer.json()),
      ).toMatchObject({
        data: { logs: { nodes: [{}, {}, {}] } },
      });
    });
  });
});

/** In the page: selects a word of a line, as a person does with the pointer. */
function selectWord(line: Element, word: string): void {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const at = (node.textContent ?? '').indexOf(word);
    if (at !== -1) getSelection()?.setBaseAndExtent(node, at, node, at + word.length);
  }
}
