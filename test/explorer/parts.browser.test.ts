import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { HAS_NO_BROWSER } from '../browser.ts';
import { SIZES } from './stand.ts';
import { openJob, useExplorer } from './visit.ts';

vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(HAS_NO_BROWSER)('the parts of a job in the log explorer', () => {
  const explorer = useExplorer();

  const focused = (page: Page): Promise<string | null | undefined> =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label'));

  const stepsOfLines = async (page: Page): Promise<ReadonlySet<string | undefined>> => {
    const titles = await page.locator('.line-part').evaluateAll((all) => all.map((each) => each.getAttribute('title')));
    return new Set(titles.map((title) => title?.split(' / ')[0]));
  };

  test('show their status, narrow the log to one of them, and are worked by arrows', async () => {
    await explorer.visit(async (page) => {
      await openJob(page, 'support-assistant-full');
      const tree = page.getByRole('tree');
      const training = tree.getByRole('treeitem', { name: 'training, step, Failed' });
      await training.click();
      await page.waitForURL(/step=training/);
      await expect.poll(() => stepsOfLines(page)).toEqual(new Set(['training']));
      await expect.poll(() => training.getAttribute('aria-selected')).toBe('true');

      await page.keyboard.press('ArrowUp');
      await expect.poll(() => focused(page)).toMatch(/^Task …\w{5}, task, Succeeded$/);
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => focused(page)).toBe('model-and-dataset-download, step, Succeeded');
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => tree.getByRole('treeitem').count()).toBe(1);
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => tree.getByRole('treeitem').count()).toBe(5);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await expect.poll(() => stepsOfLines(page)).toEqual(new Set(['model-and-dataset-download']));

      await page.getByLabel('Show lines of other parts than model-and-dataset-download too').click();
      await expect.poll(() => new URL(page.url()).searchParams.get('step')).toBe(null);
    }, SIZES.desktop);
  });

  test('of several jobs stand under each job, and one of them is shown alone', async () => {
    await explorer.visit(async (page) => {
      await page.getByLabel('Add support-assistant-dpo to the log').click();
      await page.getByLabel('Add Ocean loop, still rendering to the log').click();
      await page.getByRole('tree', { name: 'Parts of support-assistant-dpo' }).waitFor();
      const step = page
        .getByRole('tree', { name: 'Parts of Ocean loop, still rendering' })
        .getByRole('treeitem', { name: /^TASKRUNNER/ });
      await step.click();
      await page.waitForURL(/step=.*only=/);
      await expect.poll(() => stepsOfLines(page)).toEqual(new Set(['TASKRUNNER']));
      expect(await page.locator('.line-job', { hasText: 'nemo' }).count()).toBe(0);
      await step.click();
      await expect.poll(() => page.locator('.line-job', { hasText: 'nemo' }).count()).toBeGreaterThan(0);
      expect(new URL(page.url()).searchParams.has('only')).toBe(false);
    }, SIZES.desktop);
  });

  test('say so where the log of an earlier attempt is out of reach', async () => {
    await explorer.visit(async (page) => {
      await openJob(page, 'ticket-router-sft');
      await page.getByRole('treeitem', { name: /^Attempt 1/ }).click();
      await page.getByText(/gives only the log of a job's current attempt/).waitFor();
    }, SIZES.desktop);
  });

  test('open from the filters on a phone', async () => {
    await explorer.visit(async (page) => {
      await openJob(page, 'support-assistant-full');
      await page.getByRole('button', { name: 'Parts' }).click();
      await page.getByRole('treeitem', { name: 'training, step, Failed' }).click();
      await page.waitForURL(/step=training/);
    }, SIZES.phone);
  });
});
