/** Moves the focus from line to line by keys, also to lines that are not drawn yet. */
import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';
import { useActions } from '../keys/use-actions.ts';
import type { LogLine } from './line.ts';

interface LineKeys {
  readonly lines: readonly LogLine[];
  readonly scroller: RefObject<HTMLElement | null>;
  /** Indexes of the first and the last line on the screen: where the keys begin. */
  readonly shown: readonly [number, number];
  readonly scrollTo: (index: number) => void;
}

const isTrouble = ({ severity }: LogLine): boolean =>
  severity === 'WARN' || severity === 'ERROR' || severity === 'FATAL';

export function useLineKeys({ lines, scroller, shown, scrollTo }: LineKeys): void {
  const wanted = useRef<string | null>(null);
  const focus = (): void => {
    if (wanted.current === null) return;
    const button = scroller.current?.querySelector<HTMLElement>(`[data-line="${CSS.escape(wanted.current)}"]`);
    if (button === null || button === undefined) return;
    wanted.current = null;
    button.focus({ preventScroll: true });
  };
  // A line that was scrolled to is drawn by the next rendering, or the one after it.
  useEffect(focus);

  const move = (step: 1 | -1, accepts: (line: LogLine) => boolean): void => {
    const active = document.activeElement;
    const id = wanted.current ?? (active instanceof HTMLElement ? active.dataset['line'] : undefined);
    const current = lines.findIndex((line) => line.id === id);
    const from = current !== -1 ? current : step === 1 ? shown[0] - 1 : shown[1] + 1;
    const next =
      step === 1
        ? lines.findIndex((line, index) => index > from && accepts(line))
        : lines.findLastIndex((line, index) => index < from && accepts(line));
    const line = lines[next];
    if (line === undefined) return;
    wanted.current = line.id;
    scrollTo(next);
    focus();
  };

  useActions({
    'next-line': () => {
      move(1, () => true);
    },
    'previous-line': () => {
      move(-1, () => true);
    },
    'next-error': () => {
      move(1, isTrouble);
    },
    'previous-error': () => {
      move(-1, isTrouble);
    },
  });
}
