/** A button that opens a small dialog below it; Escape and a press elsewhere close it. */
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Action } from '../keys/bindings.ts';
import { useActions } from '../keys/use-actions.ts';

interface PopoverProps {
  /** What the dialog is called. */
  readonly label: string;
  readonly button: ReactNode;
  /** Left out: the button has its icon alone. */
  readonly text?: string;
  /** The key that opens it. */
  readonly action?: Action;
  readonly children: (close: () => void) => ReactNode;
}

export function Popover({ label, button, text = '', action, children }: PopoverProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useActions(
    action === undefined
      ? {}
      : {
          [action]: () => {
            setOpen(true);
          },
        },
  );
  useEffect(() => {
    if (!isOpen) return undefined;
    const close = (event: Event): void => {
      if (event instanceof KeyboardEvent) {
        if (event.key !== 'Escape') return;
        opener.current?.focus();
        setOpen(false);
      } else if (!(event.target instanceof Node) || box.current?.contains(event.target) !== true) {
        setOpen(false);
      }
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', close);
    };
  }, [isOpen]);
  return (
    <div className="popover-anchor" ref={box}>
      <button
        ref={opener}
        type="button"
        className={text === '' ? 'tool tool-icon' : 'tool'}
        aria-expanded={isOpen}
        aria-haspopup="dialog"
        {...(text === '' ? { 'aria-label': label, title: label } : {})}
        onClick={() => {
          setOpen(!isOpen);
        }}
      >
        {button}
        {text}
      </button>
      {isOpen && (
        <div className="popover" role="dialog" aria-label={label}>
          {children(() => {
            setOpen(false);
          })}
        </div>
      )}
    </div>
  );
}
