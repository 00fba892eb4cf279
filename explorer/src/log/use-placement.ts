/** Scrolls a list to its opening place, and keeps the open line there until the user does something. */
import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef } from 'react';
import type { RefObject } from 'react';
import type { View } from '../state/view.ts';
import type { LogSnapshot, LogWindow } from './log-window.ts';
import { mayFollow, placementOf } from './placement.ts';

interface Placed {
  readonly rows: Virtualizer<HTMLDivElement, Element>;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly log: LogWindow;
  readonly snapshot: LogSnapshot;
  readonly view: View;
}

export interface Places {
  /** True once the list is at its opening place. Until then, it must not read further at its ends. */
  readonly isPlaced: RefObject<boolean>;
  /** Stops keeping the place: the user has moved. */
  readonly release: () => void;
}

/** What a user does to be elsewhere. */
const ACTS = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

export function usePlacement({ rows, scroller, log, snapshot, view }: Placed): Places {
  const isPlaced = useRef(false);
  /** The line that is kept in its place, and where the list was scrolled to for it. */
  const kept = useRef<{ readonly line: string | null; offset: number | null } | null>({
    line: view.line,
    offset: null,
  });
  const release = (): void => {
    if (snapshot.lines.length === 0) return;
    isPlaced.current = true;
    kept.current = null;
  };
  const released = useRef(release);
  released.current = release;
  // On a phone the log may be there and not shown, while jobs are picked.
  const isShown = (rows.scrollRect?.height ?? 0) > 0;

  // In each rendering: the lines around the open one, and what it holds, come and are measured bit by bit.
  useLayoutEffect(() => {
    const keeping = kept.current;
    if (keeping === null || !isShown) return;
    const placement = placementOf(snapshot, view, log.begins);
    if (placement === null) return;
    if (mayFollow(snapshot, view)) void log.load('newer');
    const { to, isFinal } = placement;
    if (typeof to === 'number') {
      const [offset = null] = rows.getOffsetForIndex(to, 'start') ?? [];
      if (offset !== keeping.offset) rows.scrollToIndex(to, { align: 'start' });
      keeping.offset = offset;
    } else if (to === 'last') rows.scrollToEnd();
    if (!isFinal) return;
    isPlaced.current = true;
    // Only an open line is kept in its place: the end of a log is followed, and the user goes on from a time.
    if (keeping.line === null || keeping.line !== view.line || typeof to !== 'number') kept.current = null;
  });

  useEffect(() => {
    const element = scroller.current;
    const act = (): void => {
      released.current();
    };
    for (const event of ACTS) element?.addEventListener(event, act, { passive: true });
    return () => {
      for (const event of ACTS) element?.removeEventListener(event, act);
    };
  }, [scroller]);

  return { isPlaced, release };
}
