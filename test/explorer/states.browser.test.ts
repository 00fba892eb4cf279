import type { Page, WebSocketRoute } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { HAS_NO_BROWSER } from '../browser.ts';
import { SIZES } from './stand.ts';
import { useExplorer } from './visit.ts';
import { serveWrittenLog } from './written-log.ts';
import type { WrittenLog } from './written-log.ts';

const numbered = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_each, index) => `line ${from + index}`);

describe.skipIf(HAS_NO_BROWSER)('what happens in real life, in the log explorer', () => {
  let log: WrittenLog;
  const explorer = useExplorer(async () => (log = await serveWrittenLog()));
  const texts = (page: Page): Promise<readonly string[]> => page.locator('.line-text').allInnerTexts();

  /** Opens a new service's log of these lines, at its end. */
  async function openLog(lines: readonly string[], use: (page: Page) => Promise<void>): Promise<void> {
    log.reset();
    log.write(lines);
    await explorer.visit(use, { ...SIZES.desktop, permissions: ['clipboard-read', 'clipboard-write'] }, log.job);
  }

  test('late lines are marked, and dropped lines are reported', async () => {
    await openLog(numbered(0, 3), async (page) => {
      await page.getByText('Live', { exact: true }).waitFor();
      log.sendLines(log.write(['on time']));
      log.sendLines(log.write(['too late']), { late: true });
      await expect.poll(() => texts(page)).toContain('too late');
      expect(
        await page
          .locator('.line', { has: page.locator('.tag') })
          .locator('.line-text')
          .allInnerTexts(),
      ).toEqual(['too late']);
      log.sendLines(log.write(['after a gap']), { dropped: 7 });
      await page.getByText('The source left lines out').waitFor();
      await page.getByText('7 lines are missing here').waitFor();
    });
  });

  test('a source that fails while it is followed is named, and so is the end of the job', async () => {
    await openLog(numbered(0, 3), async (page) => {
      await page.getByText('Live', { exact: true }).waitFor();
      const failure = {
        source: 'up',
        jobId: null,
        code: 'SOURCE_UNAVAILABLE',
        message: '',
        retryAfterSeconds: 1,
      } as const;
      log.send({ type: 'LogStreamStatus', state: 'SOURCE_ERROR', lagSeconds: 5, cursor: 'c2', failure });
      await page.getByText('up fails; trying again').waitFor();
      log.send({ type: 'LogStreamStatus', state: 'BACKING_OFF', lagSeconds: 5, cursor: 'c2', failure });
      await page.getByText('The source asked for a pause').waitFor();
      log.send({ type: 'LogStreamEnd', reason: 'JOB_FINISHED', cursor: 'c2' });
      await page.getByText('The job has finished').waitFor();
      await page.getByText('End of the log').waitFor();
    });
  });

  test('a broken connection is opened again without a missing or repeated line', async () => {
    await openLog(numbered(0, 3), async (page) => {
      const sockets: WebSocketRoute[] = [];
      await page.routeWebSocket('**/graphql', (socket) => {
        sockets.push(socket);
        socket.connectToServer();
      });
      await page.reload();
      await page.getByText('Live', { exact: true }).waitFor();
      log.sendLines(log.write(['before']));
      await expect.poll(() => texts(page)).toContain('before');

      await sockets[0]?.close({ code: 1011, reason: 'a test says so' });
      await page.getByText(/^Connection lost/).waitFor();
      log.write(['while it was away']);
      await page.getByText('Live', { exact: true }).waitFor();
      log.sendLines(log.write(['after']));
      await expect.poll(() => texts(page)).toContain('after');
      await expect.poll(() => texts(page)).toEqual([...numbered(0, 3), 'before', 'while it was away', 'after']);
      expect(sockets.length).toBe(2);
    });
  });

  test('a failing source is reported beside the jobs of the others', async () => {
    await openLog(numbered(0, 3), async (page) => {
      await page.getByText('down does not answer', { exact: false }).first().waitFor();
      await expect.poll(() => page.locator('.job-name').allInnerTexts()).toEqual(['Job a', 'Job b']);
      await page.getByRole('button', { name: 'down does not answer' }).waitFor();
    });
  });

  test('a truncated log looks different from a source that fails for now', async () => {
    const failure = { source: 'up', jobId: null, retryAfterSeconds: null } as const;
    await openLog(numbered(0, 3), async (page) => {
      log.failures = [
        { ...failure, code: 'SOURCE_TRUNCATED', message: 'The vendor keeps 7 days.' },
        { ...failure, code: 'SOURCE_TIMEOUT', message: 'It is slow.' },
      ];
      await page.reload();
      await page.getByText('The log of up is truncated. The vendor keeps 7 days.').waitFor();
      await page.getByText('Lines of up are missing. It is slow.').waitFor();
      log.failures = [];
      await page.getByRole('button', { name: 'Try again' }).click();
      await expect.poll(() => page.locator('.note-warn', { hasText: 'missing' }).count()).toBe(0);
      await expect.poll(() => page.locator('.line').count()).toBe(3);
    });
  });

  test('a slow vendor is reported while the page waits, and the wait can be cancelled', async () => {
    await openLog(numbered(0, 3), async (page) => {
      let release = (): void => undefined;
      log.held.older = new Promise((resolve) => {
        release = resolve;
      });
      await page.reload();
      await page.getByText('Reading older lines…').waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('Stopped.').waitFor();
      release();
      await page.getByRole('button', { name: 'Read on' }).click();
      await expect.poll(() => texts(page)).toEqual(numbered(0, 3));
    });
  });

  test('a partial histogram shows the time from which it is complete', async () => {
    await openLog(numbered(0, 200), async (page) => {
      log.isPartial = true;
      await page.reload();
      await page.getByText(/^Partial: only lines from \d\d:\d\d:\d\d on are counted$/).waitFor();
    });
  });

  test('markup, terminal commands and hidden characters in messages have no effect and are shown as text', async () => {
    const hostile = [
      '<script>window.pwned = 1</script><img src=x onerror="window.pwned = 2">',
      '<svg onload="window.pwned = 3"><a href="javascript:window.pwned = 4">press</a></svg>',
      'user \u202egnp.exe\u202c and zero\u200bwidth',
      'a \u001b]8;;https://evil.example/\u0007link\u001b]8;;\u0007 and a \u001b]52;c;ZXZpbA==\u0007clipboard',
      '\u001b[31mred\u001b[0m \u001b[2Jcleared',
      `long ${'x'.repeat(1_000_000)} end`,
      '{"json": {"is": ["laid out"]}}',
    ];
    await openLog(hostile, async (page) => {
      await expect.poll(() => page.locator('.line').count()).toBe(hostile.length);
      const shown = await texts(page);
      expect(shown.slice(0, 5)).toEqual([
        hostile[0],
        hostile[1],
        'user U+202Egnp.exeU+202C and zeroU+200Bwidth',
        'a link and a clipboard',
        'red cleared',
      ]);
      expect(await page.locator('.lines').locator('script, img, a, [onload], [onerror]').count()).toBe(0);
      expect(await page.evaluate('window.pwned')).toBe(undefined);

      await page.locator('.line-toggle').nth(5).click();
      await page.getByText('900,009 more characters', { exact: false }).waitFor();
      await page.locator('.line-toggle').nth(6).click();
      await page.locator('.json').waitFor();
      await expect
        .poll(() => page.locator('.json').innerText())
        .toBe(JSON.stringify({ json: { is: ['laid out'] } }, null, 2));
    });
  });

  test('a long message and the frames of an exception are folded and can be opened, and a time shows its age', async () => {
    const rows = Array.from({ length: 30 }, (_row, index) => `row ${index}`);
    const frames = Array.from({ length: 8 }, (_frame, index) => ({ file: 'train.py', line: index, function: 'run' }));
    await openLog([], async (page) => {
      log.write([rows.join('\n')], { exceptions: [{ type: 'OutOfMemoryError', message: 'no room', frames }] });
      await page.reload();
      const line = page.locator('.line').first();
      await line.getByText('… 30 rows').waitFor();
      const height = async (): Promise<number> => (await line.boundingBox())?.height ?? 0;
      expect(await height()).toBeLessThan(180);
      expect(await line.locator('.line-time').getAttribute('title')).toMatch(/^2026-03-01T.*ago\)$/);
      await page.locator('.line-toggle').first().click();
      await page.getByText('8 frames').waitFor();
      expect(await height()).toBeGreaterThan(600);
      expect(await page.locator('.frames').isVisible()).toBe(false);
      await page.getByText('8 frames').click();
      await page.locator('.frames', { hasText: 'run (train.py:7)' }).waitFor();
    });
  });

  test('a line is copied as text without commands of terminals, as JSON and as a link', async () => {
    await openLog(['plain', 'a \u001b[31mred\u001b[0m \u001b]52;c;ZXZpbA==\u0007word'], async (page) => {
      const copied = async (label: string): Promise<string> => {
        await page.getByRole('button', { name: label }).click();
        await page.getByRole('button', { name: 'Copied' }).waitFor();
        const text = await page.evaluate(() => navigator.clipboard.readText());
        await page.getByRole('button', { name: label }).waitFor();
        return text;
      };
      await page.locator('.line-toggle').nth(1).click();
      expect(await copied('Copy text')).toBe('a red word');
      expect(JSON.parse(await copied('Copy JSON'))).toMatchObject({
        id: log.lines[1]?.id,
        source: 'up',
        severity: 'INFO',
      });
      const link = await copied('Copy link');
      await page.goto(link);
      await expect.poll(() => page.locator('.line-open .line-text').allInnerTexts()).toEqual(['a red word']);
    });
  });

  test('a long log is read to its beginning without a jump, and only a part of it stays in memory', async () => {
    await openLog(numbered(0, 7_000), async (page) => {
      const { jump, most } = await page.locator('.lines').evaluate(readToBeginning);
      expect(jump).toBeLessThanOrEqual(1);
      expect(most).toBeLessThanOrEqual(120);
      await expect.poll(() => texts(page)).toContain('line 0');
      const held = (await page.locator('.foot').innerText()).replaceAll(',', '');
      expect(Number.parseInt(held, 10)).toBeLessThanOrEqual(6_000);
    });
  });
});

/**
 * Scrolls up page by page until the log begins, in the page. Gives how far a line in view was moved by lines that were
 * put before it or cut off, in pixels, and the most rows that the page ever held.
 */
async function readToBeginning(scroller: Element): Promise<{ jump: number; most: number }> {
  const frames = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  };
  const topOf = (id: string): number | undefined =>
    scroller.querySelector(`[data-line="${CSS.escape(id)}"]`)?.getBoundingClientRect().top;
  const { left, top, width, height } = scroller.getBoundingClientRect();
  const middleLine = (): string | null | undefined =>
    document
      .elementFromPoint(left + width / 2, top + height / 2)
      ?.closest('.line')
      ?.querySelector('[data-line]')
      ?.getAttribute('data-line');
  let jump = 0;
  let most = 0;
  for (let step = 0; step < 5_000; step += 1) {
    if (scroller.scrollTop === 0 && scroller.textContent.includes('Beginning of the log')) return { jump, most };
    scroller.scrollTop -= 1_500;
    await frames(2);
    const id = middleLine();
    const from = id === null || id === undefined ? undefined : topOf(id);
    await frames(3);
    const to = id === null || id === undefined ? undefined : topOf(id);
    if (from !== undefined && to !== undefined) jump = Math.max(jump, Math.abs(to - from));
    most = Math.max(most, scroller.querySelectorAll('.line').length);
  }
  throw new Error('The log has no beginning.');
}
