/** After a change of a line's height, the list takes some frames to measure and move. */
const SETTLE_FRAMES = 20;

/** Ends what keeps the line before in its place. */
let kept = new AbortController();

/**
 * Keeps a line at its place on the screen while it or its details open or close, until the user does something else. The line moves up
 * only as far as its details need room below it.
 */
export function keepInPlace(id: string): void {
  const lineOf = (): Element | null =>
    document.querySelector(`[data-line="${CSS.escape(id)}"]`)?.closest('.line') ?? null;
  const from = lineOf()?.getBoundingClientRect().top;
  const place = lineOf()?.closest('.line-place') ?? null;
  const scroller = place?.closest('.lines') ?? null;
  if (from === undefined || place === null || scroller === null) return;

  kept.abort();
  kept = new AbortController();
  const { signal } = kept;
  const end = (): void => {
    kept.abort();
  };
  for (const event of ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const) {
    addEventListener(event, end, { signal, passive: true, capture: true });
  }

  let frames = 0;
  const settle = (): void => {
    if (signal.aborted) return;
    const line = lineOf();
    const { top, bottom } = scroller.getBoundingClientRect();
    const wanted = Math.min(from, Math.max(top, bottom - place.getBoundingClientRect().height));
    const move = line === null ? 0 : line.getBoundingClientRect().top - wanted;
    if (Math.abs(move) > 1) scroller.scrollTop += move;
    frames -= 1;
    if (frames > 0) requestAnimationFrame(settle);
  };
  const begin = (): void => {
    const isSettling = frames > 0;
    frames = SETTLE_FRAMES;
    if (!isSettling) requestAnimationFrame(settle);
  };
  const observer = new ResizeObserver(begin);
  observer.observe(place);
  signal.addEventListener('abort', () => {
    observer.disconnect();
  });
  begin();
}
