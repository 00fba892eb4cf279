/**
 * `npm run bench:explorer`: how the log explorer does in Chromium. How large what it loads is, how soon it is there,
 * how smoothly 100,000 lines are scrolled from the last to the first, and a tail of 200 lines a second. Figures hold
 * for the machine and its load, which are printed with them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { CHROMIUM } from '../test/browser.ts';
import { SIZES, startExplorer } from '../test/explorer/stand.ts';
import { openJob } from '../test/explorer/visit.ts';
import { serveWrittenLog } from '../test/explorer/written-log.ts';
import { withTasks } from './explorer/processor-time.ts';
import { scrollToBeginning, startFrames, stopFrames, vitals, watchVitals } from './explorer/in-page.ts';

const LINES = Number(process.env['LINES'] ?? 100_000);
const TAIL_SECONDS = Number(process.env['TAIL_SECONDS'] ?? 60);
const LINES_PER_SECOND = 200;

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(44)} ${value}\n`);
}

function sizes(): void {
  const folder = fileURLToPath(new URL('../dist/explorer/assets/', import.meta.url));
  for (const name of readdirSync(folder).filter((each) => /\.(?:js|css)$/.test(each))) {
    const file = readFileSync(`${folder}${name}`);
    const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
    print(
      name.endsWith('.js') ? 'script' : 'style',
      `${kilobytes(brotliCompressSync(file).length)} Brotli, ${kilobytes(gzipSync(file).length)} gzip, ${kilobytes(file.length)} plain`,
    );
  }
}

async function withPage(browser: Browser, use: (page: Page, session: CDPSession) => Promise<void>): Promise<void> {
  const context = await browser.newContext(SIZES.desktop);
  const page = await context.newPage();
  // tsx names functions with a helper that the page does not have.
  await page.addInitScript('globalThis.__name = (named) => named');
  await use(page, await context.newCDPSession(page));
  await context.close();
}

/** Megabytes of the page's heap that are in use after a collection. */
async function heap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 1e6;
}

async function firstPaint(browser: Browser): Promise<void> {
  const explorer = await startExplorer();
  await withPage(browser, async (page) => {
    await page.addInitScript(watchVitals);
    await page.goto(`${explorer.url}/`);
    await openJob(page, 'support-assistant-full');
    await page.getByRole('treeitem', { name: /^training/ }).click();
    await page.locator('.filter-chip').waitFor();
    for (const key of ['5', '1', 'k', 'k', 'Enter', 'c', 'Escape', '?', 'Escape']) await page.keyboard.press(key);
    await page.locator('.line').first().waitFor();
    const { lcp, cls, inp } = await page.evaluate(vitals);
    print('LCP, INP, CLS on the sandbox', `${lcp.toFixed(0)} ms, ${inp.toFixed(0)} ms, ${cls.toFixed(3)}`);
  });
  for (const round of ['first', 'second', 'third']) {
    await withPage(browser, async (page, session) => {
      await session.send('Performance.enable', { timeDomain: 'threadTicks' });
      const [began, used] = [performance.now(), process.cpuUsage()];
      await page.goto(`${explorer.url}/graphql`);
      await page.locator('.graphiql-query-editor .view-line').first().waitFor();
      const seconds = (performance.now() - began) / 1000;
      const { user, system } = process.cpuUsage(used);
      const { metrics } = await session.send('Performance.getMetrics');
      const thread = metrics.find(({ name }) => name === 'ThreadTime')?.value ?? 0;
      print(
        `GraphiQL, ${round} time: ready`,
        `${seconds.toFixed(1)} s; processor time: page ${thread.toFixed(1)} s, service and this ${((user + system) / 1e6).toFixed(1)} s`,
      );
    });
  }
  await explorer.stop();
}

async function scrolled(browser: Browser): Promise<void> {
  const log = await serveWrittenLog();
  log.write(Array.from({ length: LINES }, (_line, index) => `epoch 1 | step ${index} | loss 1.25 | lr 1.4e-4`));
  await withPage(browser, async (page, session) => {
    await page.goto(log.job);
    await page.locator('.line').first().waitFor();
    const before = await heap(session);
    let scroll = { frames: '', rows: 0, milliseconds: 0 };
    const tasks = await withTasks(browser, page, async () => {
      scroll = await page.locator('.lines').evaluate(scrollToBeginning);
    });
    const { frames, rows, milliseconds } = scroll;
    print(`${LINES.toLocaleString('en')} lines, last to first`, `${(milliseconds / 1000).toFixed(1)} s`);
    print('  frames: median, 99 %, longest', frames);
    print('  tasks, processor time: the same', tasks);
    print(
      '  heap before and after, most rows',
      `${before.toFixed(1)} MB, ${(await heap(session)).toFixed(1)} MB, ${rows}`,
    );
  });
  await log.stop();
}

async function followed(browser: Browser): Promise<void> {
  const log = await serveWrittenLog();
  log.write(['the first line']);
  await withPage(browser, async (page, session) => {
    await page.goto(log.job);
    await page.getByText('Live', { exact: true }).waitFor();
    const before = await heap(session);
    await page.evaluate(startFrames);
    let sent = 0;
    const tasks = await withTasks(browser, page, async () => {
      const began = performance.now();
      while (performance.now() - began < TAIL_SECONDS * 1000) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        const due = Math.floor(((performance.now() - began) / 1000) * LINES_PER_SECOND);
        log.sendLines(
          log.write(Array.from({ length: due - sent }, (_line, index) => `request ${sent + index} took 12 ms`)),
        );
        sent = due;
      }
      await page.getByText(`request ${sent - 1} took 12 ms`).waitFor();
    });
    print(`tail of ${LINES_PER_SECOND} lines/s for ${TAIL_SECONDS} s`, `${sent.toLocaleString('en')} lines`);
    print('  frames: median, 99 %, longest', await page.evaluate(stopFrames));
    print('  tasks, processor time: the same', tasks);
    print('  heap before and after', `${before.toFixed(1)} MB, ${(await heap(session)).toFixed(1)} MB`);
  });
  await log.stop();
}

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
const PARTS = { firstPaint, scrolled, followed } as const;
const wanted = process.argv.slice(2);
for (const [name, measure] of Object.entries(PARTS)) {
  if (wanted.length === 0 || wanted.includes(name)) await measure(browser);
}
sizes();
await browser.close();
print('machine', `${cpus().length} × ${cpus()[0]?.model ?? ''}, load ${loadavg()[0]?.toFixed(1) ?? ''}`);
