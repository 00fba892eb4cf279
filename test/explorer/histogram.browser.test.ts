import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { HAS_NO_BROWSER } from '../browser.ts';
import { SIZES } from './stand.ts';
import { openJob, useExplorer } from './visit.ts';

describe.skipIf(HAS_NO_BROWSER)('the histogram of the log explorer', () => {
  const explorer = useExplorer();
  const desktop = (use: (page: Page) => Promise<void>): Promise<void> => explorer.visit(use, SIZES.desktop);

  async function openPlot(page: Page): Promise<Locator> {
    await openJob(page, 'support-assistant-full');
    await page.locator('.bar-error').first().waitFor();
    return page.locator('.plot');
  }

  const parameter = (page: Page, name: string): string | null => new URL(page.url()).searchParams.get(name);

  test('counts lines by severity, and a press on the errors narrows the log to them', async () => {
    await desktop(async (page) => {
      await openPlot(page);
      await expect
        .poll(() => page.locator('.count-info, .count-other').allInnerTexts())
        .toEqual(['8 info', '18 other']);
      await page.getByText(/^\d+ms a bar, at most 5 lines$/).waitFor();
      await page.getByRole('button', { name: '3 errors' }).click();
      await expect.poll(() => page.locator('.line').count()).toBe(3);
      expect(parameter(page, 'level')).toBe('ERROR');
      await page.getByText('3 lines match', { exact: true }).waitFor();
    });
  });

  test('narrows the log to the range that is dragged over, and back again', async () => {
    await desktop(async (page) => {
      const plot = await openPlot(page);
      const lines = await page.locator('.caption').innerText();
      const box = await plot.boundingBox();
      if (box === null) throw new Error('The plot is not shown.');
      await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.9, box.y + 20, { steps: 4 });
      await page.mouse.up();
      await page.waitForURL(/since=.*until=/);
      const [since, until] = [parameter(page, 'since') ?? '', parameter(page, 'until') ?? ''];
      await page.getByRole('button', { name: 'Show any time' }).waitFor();
      // The page shows the new address before it has the lines of that range.
      const places = (): Promise<string[]> =>
        page.locator('.line-time').evaluateAll(
          (all, [first = 0, last = 0]) =>
            all.map((each) => {
              const time = Date.parse(each.getAttribute('datetime') ?? '');
              return first <= time && time <= last ? 'in the range' : 'out of the range';
            }),
          [Date.parse(since), Date.parse(until)],
        );
      await expect.poll(async () => [...new Set(await places())]).toEqual(['in the range']);
      await page.getByRole('button', { name: 'Show any time' }).click();
      await expect.poll(() => page.locator('.caption').innerText()).toBe(lines);
    });
  });

  test('is worked by keys: arrows move, Shift widens, Enter goes to a time or narrows to a range', async () => {
    await desktop(async (page) => {
      const plot = await openPlot(page);
      await plot.focus();
      await page.keyboard.press('End');
      await expect.poll(() => plot.getAttribute('aria-valuetext')).toMatch(/: 5 lines, 3 errors, 2 warnings$/);
      await page.keyboard.press('Home');
      await page.keyboard.press('Enter');
      await page.waitForURL(/at=/);
      await page.locator('.plot').focus();
      await page.keyboard.press('End');
      for (let index = 0; index < 10; index += 1) await page.keyboard.press('Shift+ArrowLeft');
      await page.keyboard.press('Enter');
      await page.waitForURL(/since=.*until=/);
      await page.locator('.severity-error').first().waitFor();
    });
  });

  test('can be closed, and stays closed', async () => {
    await desktop(async (page) => {
      await openPlot(page);
      await page.getByLabel('Show lines over time').click();
      await expect.poll(() => page.locator('.histogram').count()).toBe(0);
      await page.reload();
      await page.locator('.line').first().waitFor();
      expect(await page.locator('.histogram').count()).toBe(0);
    });
  });
});
