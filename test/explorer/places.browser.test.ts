import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { HAS_NO_BROWSER } from '../browser.ts';
import { SIZES } from './stand.ts';
import { openLinesInView, useExplorer } from './visit.ts';
import { serveWrittenLog } from './written-log.ts';
import type { WrittenLog } from './written-log.ts';

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_each, index) => `line ${index}`);

describe.skipIf(HAS_NO_BROWSER)('what is gone to in the log explorer', () => {
  let log: WrittenLog;
  const explorer = useExplorer(async () => (log = await serveWrittenLog()));

  const shown = (page: Page): Promise<readonly string[]> =>
    page.locator('.line-text').evaluateAll((texts) =>
      texts
        .filter((text) => {
          const { top, bottom } = text.getBoundingClientRect();
          const view = text.closest('.lines')?.getBoundingClientRect();
          return view !== undefined && top >= view.top && bottom <= view.bottom;
        })
        .map(({ textContent }) => textContent),
    );

  /** The address at which a line is open, or at which the log is entered at its time. */
  function addressOf(index: number, isOpen = true): string {
    const { id = '', timestamp = '' } = log.lines[index] ?? {};
    return `${log.job}&at=${encodeURIComponent(timestamp)}${isOpen ? `&line=${encodeURIComponent(id)}` : ''}`;
  }

  /** Lets pages of one direction wait until the other ones are on the screen. */
  async function visitInOrder(first: 'older' | 'newer', address: string, use: (page: Page) => Promise<void>) {
    const second = first === 'older' ? 'newer' : 'older';
    let release = (): void => undefined;
    log.held[second] = new Promise((resolve) => {
      release = resolve;
    });
    await explorer.visit(
      async (page) => {
        await page.locator('.line').first().waitFor();
        release();
        await use(page);
      },
      SIZES.desktop,
      address,
    );
  }

  test.each([
    ['older', 100, 90],
    ['older', 100, 99],
    ['newer', 100, 99],
    ['older', 1_000, 500],
    ['newer', 100, 1],
  ] as const)('a line is in view when its %s lines come first, in a log of %i lines', async (first, count, index) => {
    log.reset();
    log.write(numbered(count));
    await visitInOrder(first, addressOf(index), async (page) => {
      await page.getByText('Copy JSON').waitFor();
      await expect.poll(() => openLinesInView(page)).toEqual([`line ${index}`]);
      await page.getByText('Reading').first().waitFor({ state: 'detached' });
      expect(await openLinesInView(page)).toEqual([`line ${index}`]);
    });
  });

  test.each(['older', 'newer'] as const)('a time is in view when its %s lines come first', async (first) => {
    log.reset();
    log.write(numbered(100));
    await visitInOrder(first, addressOf(50, false), async (page) => {
      await expect.poll(() => shown(page)).toContain('line 50');
    });
  });

  test('a line is found among more lines of one instant than a page has', async () => {
    log.reset();
    const [first] = log.write(['line 0']);
    if (first !== undefined) log.write(numbered(450).slice(1), { time: first.time, timestamp: first.timestamp });
    const address = addressOf(430);
    await explorer.visit(
      async (page) => {
        await expect.poll(() => openLinesInView(page)).toEqual(['line 430']);
      },
      SIZES.desktop,
      address,
    );
  });

  test('back leads to the line that was open, and a line that is opened at the end stays while others come', async () => {
    log.reset();
    log.write(numbered(400));
    await explorer.visit(
      async (page) => {
        await page.getByText('Live', { exact: true }).waitFor();
        await page.locator('.line-toggle').last().click();
        await page.getByText('Copy JSON').waitFor();
        await expect.poll(() => openLinesInView(page)).toEqual(['line 399']);
        log.sendLines(log.write(Array.from({ length: 50 }, (_each, index) => `new ${index}\nand more\nand more`)));
        await page.getByRole('button', { name: '50 new lines' }).waitFor();
        expect(await openLinesInView(page)).toEqual(['line 399']);

        await page.getByLabel('Go to the first line').click();
        await expect.poll(() => shown(page)).toContain('line 0');
        await page.goBack();
        await expect.poll(() => openLinesInView(page)).toEqual(['line 399']);
        await page.goForward();
        await expect.poll(() => shown(page)).toContain('line 0');

        await page.goBack();
        await page.getByRole('button', { name: 'Follow' }).click();
        await expect.poll(() => shown(page)).toContain('new 49\nand more\nand more');
        expect(page.url()).not.toContain('line=');
      },
      SIZES.desktop,
      log.job,
    );
  });

  test('a time after the last line leads to the last line', async () => {
    log.reset();
    log.write(numbered(100));
    const after = `${log.job}&at=${encodeURIComponent('2030-01-01T00:00:00Z')}`;
    await visitInOrder('older', after, async (page) => {
      await expect.poll(() => shown(page)).toContain('line 99');
    });
  });
});
