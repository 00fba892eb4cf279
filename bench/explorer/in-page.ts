/** What bench/explorer.ts runs inside the page: each function stands alone, because the browser gets its text only. */

interface Watched {
  benchVitals?: { lcp: number; cls: number; inp: number };
  benchFrames?: { lengths: number[]; isOver: boolean };
}

/** Before anything of the page runs. */
export function watchVitals(): void {
  const seen = { lcp: 0, cls: 0, inp: 0 };
  (window as Watched).benchVitals = seen;
  const observe = (type: string, take: (entry: PerformanceEntry) => void): void => {
    const observer = new PerformanceObserver((list) => {
      list.getEntries().forEach(take);
    });
    // `durationThreshold` is of event timing only.
    observer.observe({ type, buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
  };
  observe('largest-contentful-paint', ({ startTime }) => {
    seen.lcp = startTime;
  });
  observe('layout-shift', (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
    if (!hadRecentInput) seen.cls += value;
  });
  observe('event', ({ duration }) => {
    seen.inp = Math.max(seen.inp, duration);
  });
}

export async function vitals(): Promise<{ lcp: number; cls: number; inp: number }> {
  // The browser tells of an event after the frame that shows what it did.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return (window as Watched).benchVitals ?? { lcp: 0, cls: 0, inp: 0 };
}

export function startFrames(): void {
  const frames: { lengths: number[]; isOver: boolean } = { lengths: [], isOver: false };
  (window as Watched).benchFrames = frames;
  let last = performance.now();
  const frame = (now: number): void => {
    frames.lengths.push(now - last);
    last = now;
    if (!frames.isOver) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

export function stopFrames(): string {
  const { benchFrames: frames } = window as Watched;
  if (frames === undefined) return '';
  frames.isOver = true;
  const sorted = frames.lengths.slice(1).sort((a, b) => a - b);
  const at = (share: number): string => `${(sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0)} ms`;
  return `${at(0.5)}, ${at(0.99)}, ${at(1)} of ${sorted.length}`;
}

/** Scrolls up a bit in each frame until the log begins. */
export async function scrollToBeginning(
  scroller: Element,
): Promise<{ frames: string; rows: number; milliseconds: number }> {
  const lengths: number[] = [];
  const began = performance.now();
  let rows = 0;
  let last = began;
  const isOver = (): boolean => scroller.scrollTop === 0 && scroller.textContent.includes('Beginning of the log');
  while (!isOver() && performance.now() - began < 600_000) {
    scroller.scrollTop -= 900;
    const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
    lengths.push(now - last);
    last = now;
    if (lengths.length % 20 === 0) rows = Math.max(rows, scroller.querySelectorAll('.line').length);
  }
  if (!isOver()) throw new Error('The beginning was not reached in ten minutes.');
  const sorted = lengths.slice(1).sort((a, b) => a - b);
  const at = (share: number): string => `${(sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0)} ms`;
  return {
    frames: `${at(0.5)}, ${at(0.99)}, ${at(1)} of ${sorted.length}`,
    rows,
    milliseconds: performance.now() - began,
  };
}
