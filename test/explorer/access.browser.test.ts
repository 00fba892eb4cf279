import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { HAS_NO_BROWSER } from '../browser.ts';
import { SIZES } from './stand.ts';
import { openJob, useExplorer } from './visit.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds on the page as it is: each finding with the elements that it is about. */
async function findings(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  // axe puts itself on the window; what it answers is described by its own types.
  const results = await page.evaluate('window.axe.run(document, { resultTypes: ["violations"] })');
  return (results as AxeResults).violations.map(
    ({ id, impact, nodes }) => `${impact ?? ''} ${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}

describe.skipIf(HAS_NO_BROWSER)('axe finds nothing', () => {
  const explorer = useExplorer();

  test.each(['light', 'dark'] as const)('on the page and its parts in %s colours', async (colorScheme) => {
    await explorer.visit(
      async (page) => {
        await page.locator('.job').first().waitFor();
        expect(await findings(page)).toEqual([]);

        await openJob(page, 'support-assistant-full');
        await page.locator('.bar').first().waitFor();
        await page.getByRole('treeitem', { name: /^training/ }).click();
        await page.locator('.filter-chip').waitFor();
        await page.locator('.severity-error .line-toggle').first().click();
        await page.getByRole('button', { name: 'Lines around it' }).click();
        await page.locator('.context-line').first().waitFor();
        expect(await findings(page)).toEqual([]);

        await page.getByRole('button', { name: 'Any time' }).click();
        expect(await findings(page)).toEqual([]);
        await page.keyboard.press('Escape');

        await page.getByRole('button', { name: 'Keys' }).click();
        expect(await findings(page)).toEqual([]);
      },
      { ...SIZES.desktop, colorScheme },
    );
  });

  test('on a phone', async () => {
    await explorer.visit(async (page) => {
      await openJob(page, 'support-assistant-full');
      await page.locator('.bar').first().waitFor();
      await page.getByRole('button', { name: 'Parts' }).click();
      await page.getByRole('treeitem').first().waitFor();
      expect(await findings(page)).toEqual([]);
    }, SIZES.phone);
  });
});
