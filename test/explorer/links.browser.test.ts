import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { HAS_NO_BROWSER } from '../browser.ts';
import { SIZES } from './stand.ts';
import { openJob, useExplorer } from './visit.ts';

const JOB = encodeNodeId('Job', 'nemo', 'default/support-assistant-full');
const GONE = encodeNodeId('Job', 'nemo', 'default/gone');

function isSelectedInView(page: Page): Promise<boolean> {
  return page.locator('.job-selected').evaluateAll((rows) =>
    rows.some((row) => {
      const [{ top, bottom }, view] = [row.getBoundingClientRect(), row.closest('.jobs')?.getBoundingClientRect()];
      // Places are fractions of a pixel, and a list scrolls by whole ones.
      return view !== undefined && top > view.top - 1 && bottom < view.bottom + 1;
    }),
  );
}

describe.skipIf(HAS_NO_BROWSER)('a link of the log explorer to a job far down the list', () => {
  const explorer = useExplorer();

  test('brings it into view, and leaves the list alone once someone has scrolled it', async () => {
    const oldest = encodeNodeId('Job', 'sap', '2');
    await explorer.visit(
      async (page) => {
        const isInView = (): Promise<boolean> => isSelectedInView(page);
        await expect.poll(isInView).toBe(true);
        const list = page.locator('.jobs');
        expect(await list.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0);
        await list.hover();
        await page.mouse.wheel(0, -10_000);
        await expect.poll(isInView).toBe(false);
        await page.getByRole('button', { name: 'Done' }).click();
        await page.getByRole('button', { name: 'All', exact: true }).first().click();
        expect(await list.evaluate(({ scrollTop }) => scrollTop)).toBe(0);
      },
      SIZES.desktop,
      `${explorer.url}/?job=${oldest}`,
    );
  });
});

describe.skipIf(HAS_NO_BROWSER)('a job of the log explorer that was found by its name', () => {
  const explorer = useExplorer();

  test('is in view among all jobs when the search is over', async () => {
    await explorer.visit(async (page) => {
      await openJob(page, 'support-assistant-full');
      await page.getByRole('button', { name: 'Clear', exact: true }).click();
      await page.getByText('Ocean loop, still rendering').waitFor();
      await expect.poll(() => isSelectedInView(page)).toBe(true);
      expect(await page.locator('.jobs').evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0);
    }, SIZES.desktop);
  });
});

describe.skipIf(HAS_NO_BROWSER)('a link of the log explorer that names what is not there', () => {
  const explorer = useExplorer();

  test('says so of a job', async () => {
    await explorer.visit(
      async (page) => {
        await page.getByRole('heading', { name: 'Job not found' }).waitFor();
        await page.getByText(/there is no job/).waitFor();
        await page.getByRole('heading', { name: 'No line could be read' }).waitFor();
        expect(await page.getByText('Something went wrong').count()).toBe(0);
        expect(await page.getByText('This log is empty').count()).toBe(0);
      },
      SIZES.desktop,
      `${explorer.url}/?job=${GONE}`,
    );
  });

  test('says so of one of several jobs, and shows the lines of the others', async () => {
    await explorer.visit(
      async (page) => {
        await page.getByText('One of these jobs was not found.').waitFor();
        await page.locator('.line').first().waitFor();
        await page.getByRole('button', { name: 'Leave out' }).click();
        await page.getByRole('heading', { name: 'support-assistant-full' }).waitFor();
        await expect.poll(() => page.getByText('was not found').count()).toBe(0);
        expect(new URL(page.url()).searchParams.getAll('job')).toEqual([JOB]);
      },
      SIZES.desktop,
      `${explorer.url}/?job=${JOB}&job=${GONE}`,
    );
  });

  test('shows an invalid time unchanged, and explains the format', async () => {
    await explorer.visit(
      async (page) => {
        await page.getByText('Since yesterday').waitFor();
        await page.getByText(/A DateTime is an RFC 3339 text/).waitFor();
      },
      SIZES.desktop,
      `${explorer.url}/?job=${JOB}&since=yesterday`,
    );
  });

  test('says so of a source, and leads back to all jobs', async () => {
    await explorer.visit(
      async (page) => {
        await page.getByRole('button', { name: 'nowhere not found', pressed: true }).waitFor();
        await page.getByText('No job matches.').waitFor();
        await page.getByRole('button', { name: 'Show all jobs' }).click();
        await page.locator('.job').nth(5).waitFor();
        expect(await page.getByText('nowhere').count()).toBe(0);
      },
      SIZES.desktop,
      `${explorer.url}/?source=nowhere`,
    );
  });
});
