/** Choosing buckets of the histogram, by dragging or by keys: one is gone to, several become the range of time. */
import { useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';

/** Both ends are chosen too. */
interface Range {
  readonly anchor: number;
  readonly head: number;
}

interface Choosing {
  /** What is being chosen: lowest and highest bucket. */
  readonly chosen: readonly [number, number] | null;
  /** The bucket under the pointer, or of the keys. */
  readonly cursor: number | null;
  readonly handlers: {
    onPointerDown(event: PointerEvent<HTMLElement>): void;
    onPointerMove(event: PointerEvent<HTMLElement>): void;
    onPointerUp(event: PointerEvent<HTMLElement>): void;
    onPointerCancel(): void;
    onPointerLeave(): void;
    onKeyDown(event: KeyboardEvent<HTMLElement>): void;
    onBlur(): void;
  };
}

function clamp(index: number, count: number): number {
  return Math.max(0, Math.min(count - 1, index));
}

export function useRange(count: number, onChoose: (first: number, last: number) => void): Choosing {
  const [range, setRange] = useState<Range | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const isDragging = useRef(false);

  const indexAt = (event: PointerEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return clamp(Math.floor(((event.clientX - left) / width) * count), count);
  };
  const clear = (): void => {
    isDragging.current = false;
    setRange(null);
  };
  const choose = ({ anchor, head }: Range): void => {
    clear();
    onChoose(Math.min(anchor, head), Math.max(anchor, head));
  };
  const move = (head: number, extend: boolean): void => {
    const next = clamp(head, count);
    setRange({ anchor: extend ? (range?.anchor ?? next) : next, head: next });
  };
  const keys: Readonly<Record<string, (extend: boolean) => void>> = {
    ArrowLeft: (extend) => {
      move((range?.head ?? count) - 1, extend);
    },
    ArrowRight: (extend) => {
      move((range?.head ?? -1) + 1, extend);
    },
    Home: (extend) => {
      move(0, extend);
    },
    End: (extend) => {
      move(count - 1, extend);
    },
    Enter: () => {
      if (range !== null) choose(range);
    },
    Escape: clear,
  };

  return {
    chosen: range === null ? null : [Math.min(range.anchor, range.head), Math.max(range.anchor, range.head)],
    cursor: range?.head ?? hovered,
    handlers: {
      onPointerDown(event) {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        isDragging.current = true;
        const index = indexAt(event);
        setRange({ anchor: index, head: index });
      },
      onPointerMove(event) {
        const index = indexAt(event);
        setHovered(index);
        if (isDragging.current) setRange((before) => ({ anchor: before?.anchor ?? index, head: index }));
      },
      onPointerUp(event) {
        if (!isDragging.current || range === null) return;
        choose({ anchor: range.anchor, head: indexAt(event) });
        if (event.pointerType !== 'mouse') setHovered(null);
      },
      onPointerCancel: clear,
      onPointerLeave() {
        setHovered(null);
      },
      onKeyDown(event) {
        const act = keys[event.key];
        if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        event.stopPropagation();
        act(event.shiftKey);
      },
      onBlur: clear,
    },
  };
}
