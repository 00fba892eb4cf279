/** How long the page's main thread computes at a stretch: unlike the time between frames, other work of the machine does not count. */
import type { Browser, Page } from 'playwright-core';

/** What Chromium writes into a trace; times are microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

export async function withTasks(browser: Browser, page: Page, use: () => Promise<void>): Promise<string> {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await use();
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const events = trace.traceEvents;
  const threads = new Set(
    events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf),
  );
  const tasks = events
    .filter((event) => event.name.endsWith('RunTask') && threads.has(threadOf(event)))
    .map(({ tdur = 0 }) => tdur / 1000)
    // Tasks of nothing would make any share small.
    .filter((milliseconds) => milliseconds >= 1)
    .sort((a, b) => a - b);
  const at = (share: number): string => `${(tasks[Math.floor((tasks.length - 1) * share)] ?? 0).toFixed(0)} ms`;
  return `${at(0.5)}, ${at(0.99)}, ${at(1)} of ${tasks.length}`;
}

function threadOf({ pid, tid }: TraceEvent): string {
  return `${pid} ${tid}`;
}
