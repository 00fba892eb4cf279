/** The field that finds lines: text in any case, in exact case, or an expression. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { navigate } from '../state/view.ts';
import type { TextMode, View } from '../state/view.ts';
import { SearchIcon } from '../ui/icons.tsx';

/** How long typing rests before lines are searched. */
const TYPING_MILLISECONDS = 350;

export function FindLines({ view }: { view: View }): ReactNode {
  const [text, setText] = useState(view.text);
  const [shown, setShown] = useState(view.text);
  // The address may change without the field: back, forward, a button that clears it.
  if (shown !== view.text) {
    setShown(view.text);
    setText(view.text);
  }
  useEffect(() => {
    if (text === view.text) return undefined;
    const timer = setTimeout(() => {
      navigate({ text, line: null, at: null }, { replace: view.text !== '' });
    }, TYPING_MILLISECONDS);
    return () => {
      clearTimeout(timer);
    };
  }, [text, view.text]);
  const toggle = (mode: TextMode): void => {
    navigate({ mode: view.mode === mode ? 'text' : mode, line: null, at: null }, { replace: true });
  };
  return (
    <div className="field find-lines">
      <SearchIcon />
      <input
        id="find-lines"
        type="search"
        aria-label="Find lines"
        placeholder={view.mode === 'regex' ? 'Find by expression' : 'Find in lines'}
        value={text}
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
      <button
        type="button"
        className="field-toggle"
        aria-label="Match case"
        title="Match case"
        aria-pressed={view.mode === 'case'}
        onClick={() => {
          toggle('case');
        }}
      >
        Aa
      </button>
      <button
        type="button"
        className="field-toggle"
        aria-label="Regular expression"
        title="Regular expression (RE2)"
        aria-pressed={view.mode === 'regex'}
        onClick={() => {
          toggle('regex');
        }}
      >
        .*
      </button>
    </div>
  );
}
