/** The list of keys, as a dialog. */
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { CloseIcon } from '../ui/icons.tsx';
import { BINDINGS } from './bindings.ts';

const MORE: readonly (readonly [keys: readonly string[], words: string])[] = [
  [['Tab'], 'To each control of the page'],
  [['Enter'], 'Open or close the line, choose'],
  [['←', '→'], 'In lines over time: move; with Shift: widen'],
  [['↑', '↓', '←', '→'], 'In attempts, steps and tasks: move, open, close'],
];

export function Help({ onClose }: { onClose: () => void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="help"
      aria-labelledby="help-title"
      onClose={onClose}
      onClick={(event) => {
        // The backdrop is the dialog itself; what is in it lies inside of its only child.
        if (event.target === dialog.current) dialog.current.close();
      }}
    >
      <div className="help-content">
        <div className="help-head">
          <h2 id="help-title">Keys</h2>
          <button type="button" className="tool tool-icon" aria-label="Close" onClick={() => dialog.current?.close()}>
            <CloseIcon />
          </button>
        </div>
        <div className="help-groups">
          {BINDINGS.map(({ title, bindings }) => (
            <section key={title}>
              <h3>{title}</h3>
              {bindings.map(({ key, words }) => (
                <KeyRow key={key} keys={[key === 'Escape' ? 'Esc' : key]} words={words} />
              ))}
            </section>
          ))}
          <section>
            <h3>As everywhere</h3>
            {MORE.map(([keys, words]) => (
              <KeyRow key={words} keys={keys} words={words} />
            ))}
          </section>
        </div>
      </div>
    </dialog>
  );
}

function KeyRow({ keys, words }: { keys: readonly string[]; words: string }): ReactNode {
  return (
    <p className="help-row">
      <span className="help-keys">
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </span>
      <span>{words}</span>
    </p>
  );
}
