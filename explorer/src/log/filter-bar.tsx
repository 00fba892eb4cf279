import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { LogSeverity } from '../graphql/generated/graphql.ts';
import { PartChips } from '../parts/part-chips.tsx';
import type { Parts } from '../parts/use-parts.ts';
import { changeSettings, useSettings } from '../state/settings.ts';
import { FIRST_LINE, isFiltered, navigate, NO_LINE_FILTER } from '../state/view.ts';
import type { TextMode, View } from '../state/view.ts';
import { ChartIcon, CloseIcon, DownIcon, SearchIcon, UpIcon, WrapIcon } from '../ui/icons.tsx';
import { TimeRange } from './time-range.tsx';

const LEVELS: readonly (readonly [LogSeverity | null, string, string])[] = [
  [null, 'All', 'Lines of every severity'],
  ['DEBUG', 'Debug', 'Debug and worse'],
  ['INFO', 'Info', 'Info and worse'],
  ['WARN', 'Warn', 'Warnings and worse'],
  ['ERROR', 'Error', 'Errors and worse'],
];

export function FilterBar({ view, parts }: { view: View; parts: Parts }): ReactNode {
  const { wrap, histogram } = useSettings();
  return (
    <div className="filters" role="search" aria-label="Lines">
      <FindLines view={view} />
      <div className="segmented" role="group" aria-label="Least severity">
        {LEVELS.map(([value, label, title]) => (
          <button
            key={label}
            type="button"
            title={title}
            aria-pressed={view.level === value || (value === 'ERROR' && view.level === 'FATAL')}
            onClick={() => {
              navigate({ level: value, line: null, at: null });
            }}
          >
            {label}
          </button>
        ))}
      </div>
      <TimeRange view={view} />
      <PartChips view={view} parts={parts} />
      {isFiltered(view) && (
        <button
          type="button"
          className="tool"
          onClick={() => {
            navigate({ ...NO_LINE_FILTER, line: null, at: null });
          }}
        >
          <CloseIcon /> Clear
        </button>
      )}
      <span className="filters-gap" />
      <button
        type="button"
        className="tool tool-icon"
        aria-pressed={histogram}
        aria-label="Show lines over time"
        title="Show lines over time"
        onClick={() => {
          changeSettings({ histogram: !histogram });
        }}
      >
        <ChartIcon />
      </button>
      <button
        type="button"
        className="tool tool-icon"
        aria-pressed={wrap}
        aria-label="Wrap long lines"
        title="Wrap long lines"
        onClick={() => {
          changeSettings({ wrap: !wrap });
        }}
      >
        <WrapIcon />
      </button>
      <button
        type="button"
        className="tool tool-icon"
        aria-label="Go to the first line"
        title="Go to the first line"
        onClick={() => {
          navigate({ line: null, at: FIRST_LINE }, { readAgain: true });
        }}
      >
        <UpIcon />
      </button>
      <button
        type="button"
        className="tool tool-icon"
        aria-label="Go to the last line"
        title="Go to the last line"
        onClick={() => {
          navigate({ line: null, at: null }, { readAgain: true });
        }}
      >
        <DownIcon />
      </button>
    </div>
  );
}

/** How long typing rests before lines are searched. */
const TYPING_MILLISECONDS = 350;

function FindLines({ view }: { view: View }): ReactNode {
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
