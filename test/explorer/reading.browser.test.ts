import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { HAS_NO_BROWSER } from '../browser.ts';
import { proxyUnderPath, SIZES } from './stand.ts';
import { inOrder, openJob, useExplorer } from './visit.ts';

describe.skipIf(HAS_NO_BROWSER).each(Object.entries(SIZES))('the log explorer on a %s', (size, options) => {
  const explorer = useExplorer();
  const visit = (use: (page: Page) => Promise<void>, address?: string): Promise<void> =>
    explorer.visit(use, options, address);

  test('lists jobs of all sources, newest first, and finds them by name and status', async () => {
    await visit(async (page) => {
      await page.getByText('support-assistant-dpo').waitFor();
      const times = await page.locator('.job-when').evaluateAll((all) => all.map((each) => each.getAttribute('title')));
      expect(inOrder(times.toReversed())).toBe(true);
      await page.getByLabel('Find jobs by name').fill('night');
      await expect.poll(() => page.locator('.job-name').allInnerTexts()).toContain('Night city, 240 frames');
      await page.getByRole('button', { name: 'Failed', exact: true }).click();
      await expect.poll(() => page.locator('.job-name').allInnerTexts()).toEqual(['Night city, 240 frames']);
      expect(new URL(page.url()).search).toBe('?find=night&status=failed');
      await page.reload();
      await expect.poll(() => page.locator('.job-name').allInnerTexts()).toEqual(['Night city, 240 frames']);
    });
  });

  test('opens a log at its end, follows it, and counts what comes while one reads further up', async () => {
    await visit(async (page) => {
      await openJob(page, 'support-assistant-dpo');
      await page.getByText('Live', { exact: true }).waitFor();
      const before = await page.locator('.foot').innerText();
      await expect.poll(() => page.locator('.foot').innerText()).not.toBe(before);
      await page.locator('.lines').evaluate((lines) => {
        lines.scrollTop -= 400;
      });
      await page.getByRole('button', { name: /new lines?$/ }).waitFor();
      await page.getByRole('button', { name: /new lines?$/ }).click();
      await page.getByText('Live', { exact: true }).waitFor();
    });
  });

  test('reads the whole log upwards, and back down from its first line', async () => {
    await visit(async (page) => {
      await openJob(page, 'order-intake');
      await expect
        .poll(async () => {
          await page.locator('.lines').evaluate((lines) => {
            lines.scrollTop = 0;
          });
          return page.getByText('Beginning of the log').count();
        })
        .toBe(1);
      await page.locator('.lines').evaluate((lines) => {
        lines.scrollTop = 0;
      });
      const top = page.locator('[data-index="0"] .line-time');
      const first = await top.getAttribute('datetime');
      if (size === 'phone') await page.getByLabel('Go to the first line').scrollIntoViewIfNeeded();
      await page.getByLabel('Go to the first line').click();
      await page.waitForURL(/at=first/);
      await expect.poll(() => top.getAttribute('datetime')).toBe(first);
    });
  });

  test('keeps filters in the address, marks matches, and goes back and forward', async () => {
    await visit(async (page) => {
      await openJob(page, 'support-assistant-full');
      await page.getByLabel('Find lines').fill('error');
      await expect.poll(() => page.locator('mark').count()).toBeGreaterThan(0);
      expect(new Set((await page.locator('mark').allInnerTexts()).map((text) => text.toLowerCase()))).toEqual(
        new Set(['error']),
      );
      const search = new URL(page.url()).searchParams;
      expect(search.get('q')).toBe('error');
      await page.goBack();
      await expect.poll(() => page.locator('mark').count()).toBe(0);
      await page.goForward();
      await expect.poll(() => page.locator('mark').count()).toBeGreaterThan(0);
      await page.getByLabel('Find lines').fill('no line has these words');
      await page.getByText('No line matches').waitFor();
      await page.getByRole('button', { name: /^Drop the text/ }).click();
      await expect.poll(() => page.locator('.line').count()).toBeGreaterThan(5);
    });
  });

  test('reports an invalid expression once, without an offer to retry', async () => {
    await visit(async (page) => {
      await openJob(page, 'support-assistant-full');
      await page.getByLabel('Regular expression').click();
      await page.getByLabel('Find lines').fill('epoch (');
      await page.getByText(/^What you typed is not an RE2 regular expression/).waitFor();
      await page.getByText('Lines cannot be counted.', { exact: true }).waitFor();
      expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
      await page.getByLabel('Find lines').fill('epoch [01]');
      await page.locator('mark').first().waitFor();
    });
  });

  test('opens a line to its attributes, and its address leads back to it', async () => {
    let address = '';
    let text = '';
    await visit(async (page) => {
      await openJob(page, 'support-assistant-full');
      const line = page.locator('.line').nth(3);
      text = await line.locator('.line-text').innerText();
      await line.locator('.line-toggle').click();
      await page.getByText('Copy JSON').waitFor();
      await page.getByRole('button', { name: 'Lines around it' }).click();
      await page.locator('.context-this').waitFor();
      // What opens below a line does not push it out of sight.
      const top = (selector: string): Promise<number> =>
        page.locator(selector).evaluate((element) => element.getBoundingClientRect().top);
      await expect.poll(async () => (await top('.line-open')) >= (await top('.lines')) - 1).toBe(true);
      address = page.url();
    });
    await visit(async (page) => {
      await page.locator('.line-open').waitFor();
      await expect.poll(() => page.locator('.line-open .line-text').innerText()).toBe(text);
      await page.getByText('Copy JSON').waitFor();
    }, address);
  });

  test('merges jobs of several vendors in time order, each named', async () => {
    await visit(async (page) => {
      await page.getByLabel('Add support-assistant-dpo to the log').click();
      await page.getByLabel('Add Ocean loop, still rendering to the log').click();
      if (size === 'phone') await page.getByRole('button', { name: 'Show the log of 2 jobs' }).click();
      await page.getByText('2 jobs, merged').waitFor();
      await expect.poll(async () => new Set(await page.locator('.line-job').allInnerTexts()).size).toBe(2);
      const times = await page
        .locator('.line-time')
        .evaluateAll((all) => all.map((each) => each.getAttribute('datetime')));
      expect(inOrder(times)).toBe(true);

      const sources = async (): Promise<ReadonlySet<string | undefined>> =>
        new Set((await page.locator('.line-job').allInnerTexts()).map((text) => text.split(' ')[0]));
      await page.getByRole('button', { name: 'bytenite', exact: true }).last().click();
      await page.waitForURL(/only=/);
      await expect.poll(sources).toEqual(new Set(['bytenite']));
      await page.reload();
      await expect.poll(sources).toEqual(new Set(['bytenite']));
      await page.goBack();
      await expect.poll(sources).toEqual(new Set(['bytenite', 'nemo']));
    });
  });

  test('works behind a path of a reverse proxy', async () => {
    const proxy = await proxyUnderPath(explorer.url);
    await visit(async (page) => {
      await openJob(page, 'support-assistant-dpo');
      await page.getByText('Live', { exact: true }).waitFor();
    }, proxy.url);
    await proxy.stop();
  });
});
