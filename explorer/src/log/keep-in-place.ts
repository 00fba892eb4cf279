/** How long what an opened line holds may take to come, and to change the heights of lines. */
const SETTLE_MILLISECONDS = 2_000;

/**
 * Keeps a line where it is on the screen while it opens or closes, until the user scrolls. It moves up only as far as what it
 * holds needs room below.
 */
export function keepInPlace(scroller: HTMLElement, id: string): void {
  const lineOf = (): Element | null => scroller.querySelector(`[data-line="${CSS.escape(id)}"]`);
  const from = lineOf()?.getBoundingClientRect().top;
  if (from === undefined) return;
  const until = performance.now() + SETTLE_MILLISECONDS;
  const user = new AbortController();
  const stop = (): void => {
    user.abort();
  };
  for (const event of ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const) {
    addEventListener(event, stop, { signal: user.signal, passive: true, capture: true });
  }
  const settle = (now: number): void => {
    if (user.signal.aborted) return;
    const line = lineOf();
    const place = line?.closest('.line-place')?.getBoundingClientRect();
    if (line !== null && place !== undefined) {
      const { top, bottom } = scroller.getBoundingClientRect();
      const wanted = Math.min(from, Math.max(top, bottom - place.height));
      const move = line.getBoundingClientRect().top - wanted;
      if (Math.abs(move) > 1) scroller.scrollTop += move;
    }
    if (now < until) requestAnimationFrame(settle);
    else stop();
  };
  requestAnimationFrame(settle);
}
