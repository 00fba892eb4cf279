import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { HAS_NO_BROWSER } from '../browser.ts';
import { SIZES } from './stand.ts';
import { openJob, useExplorer } from './visit.ts';

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
      await page.waitForURL(/[?&]part=/);
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
      await expect.poll(() => new URL(page.url()).searchParams.get('part')).toBe(null);
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
      await page.waitForURL(/[?&]part=.*only=/);
      await expect.poll(() => stepsOfLines(page)).toEqual(new Set(['TASKRUNNER']));
      expect(await page.locator('.line-job', { hasText: 'nemo' }).count()).toBe(0);
      await step.click();
      await expect.poll(() => page.locator('.line-job', { hasText: 'nemo' }).count()).toBeGreaterThan(0);
      expect(new URL(page.url()).searchParams.has('only')).toBe(false);
    }, SIZES.desktop);
  });

  test('of several jobs are shown together, each of its own job, and a link leads to the same lines', async () => {
    const steps = ['model-and-dataset-download', 'PARTITIONER'];
    let link = '';
    await explorer.visit(async (page) => {
      await page.getByLabel('Add support-assistant-dpo to the log').click();
      await page.getByLabel('Add Ocean loop, still rendering to the log').click();
      const parts = page.getByRole('treeitem');
      await parts.filter({ hasText: 'PARTITIONER' }).waitFor();
      await parts.filter({ hasText: 'model-and-dataset-download' }).click();
      await parts.filter({ hasText: 'PARTITIONER' }).click({ modifiers: ['Shift'] });
      await expect.poll(() => stepsOfLines(page)).toEqual(new Set(steps));
      expect(await page.locator('.filter-chip-name').allTextContents()).toEqual(steps);
      expect(await page.evaluate(() => getSelection()?.toString())).toBe('');
      link = page.url();
      expect(link).not.toContain('pick');
    }, SIZES.desktop);
    await explorer.visit(
      async (page) => {
        await expect.poll(() => stepsOfLines(page)).toEqual(new Set(steps));
        await expect.poll(() => page.locator('.filter-chip-name').allTextContents()).toEqual(steps);
        const first = page.getByRole('treeitem', { name: /^model-and-dataset-download/ });
        await first.focus();
        await page.keyboard.press('Shift+Enter');
        await expect.poll(() => stepsOfLines(page)).toEqual(new Set(steps.slice(1)));
        await page.getByLabel('Show lines of other parts than PARTITIONER too').click();
        await expect.poll(() => stepsOfLines(page)).toEqual(new Set(['training', 'TASKRUNNER']));
        expect(new URL(page.url()).searchParams.has('only')).toBe(false);
      },
      SIZES.desktop,
      link,
    );
  });

  test('that a link names by their keys are shown, too', async () => {
    const job = encodeNodeId('Job', 'nemo', 'default/support-assistant-full');
    await explorer.visit(
      async (page) => {
        await expect.poll(() => stepsOfLines(page)).toEqual(new Set(['training']));
        await page.getByLabel('Show lines of other parts than training too').click();
        await expect.poll(async () => (await stepsOfLines(page)).size).toBe(2);
      },
      SIZES.desktop,
      `${explorer.url}/?job=${job}&step=training`,
    );
  });

  test('report that the log of an earlier attempt is out of reach', async () => {
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
      await page.waitForURL(/[?&]part=/);
    }, SIZES.phone);
  });
});
