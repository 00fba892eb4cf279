/** What narrows the lines, and how they are shown. */
import type { ReactNode } from 'react';
import type { LogSeverity } from '../graphql/generated/graphql.ts';
import { useActions } from '../keys/use-actions.ts';
import { PartChips } from '../parts/part-chips.tsx';
import type { PartsOfJobs } from '../parts/parts-panel.tsx';
import { changeSettings, useSettings } from '../state/settings.ts';
import { FIRST_LINE, isFiltered, navigate, NO_LINE_FILTER } from '../state/view.ts';
import type { View } from '../state/view.ts';
import { ChartIcon, CloseIcon, DownIcon, UpIcon, WrapIcon } from '../ui/icons.tsx';
import { Download } from './download.tsx';
import { FindLines } from './find-lines.tsx';
import { TimeRange } from './time-range.tsx';

const LEVELS: readonly (readonly [LogSeverity | null, string, string])[] = [
  [null, 'All', 'Lines of every severity'],
  ['DEBUG', 'Debug', 'Debug and worse'],
  ['INFO', 'Info', 'Info and worse'],
  ['WARN', 'Warn', 'Warnings and worse'],
  ['ERROR', 'Error', 'Errors and worse'],
];

export function FilterBar({ view, parts, names }: PartsOfJobs & { view: View }): ReactNode {
  const { wrap, histogram } = useSettings();
  const setLevel = (level: LogSeverity | null): void => {
    navigate({ level, line: null, at: null });
  };
  const toFirst = (): void => {
    navigate({ line: null, at: FIRST_LINE }, { readAgain: true });
  };
  const toLast = (): void => {
    navigate({ line: null, at: null }, { readAgain: true });
  };
  const toggleWrap = (): void => {
    changeSettings({ wrap: !wrap });
  };
  useActions({
    'find-lines': () => {
      document.getElementById('find-lines')?.focus();
    },
    'level-all': () => {
      setLevel(null);
    },
    'level-debug': () => {
      setLevel('DEBUG');
    },
    'level-info': () => {
      setLevel('INFO');
    },
    'level-warn': () => {
      setLevel('WARN');
    },
    'level-error': () => {
      setLevel('ERROR');
    },
    'first-line': toFirst,
    'last-line': toLast,
    wrap: toggleWrap,
    histogram: () => {
      const plot = document.querySelector<HTMLElement>('.plot');
      if (plot === null) changeSettings({ histogram: true });
      else plot.focus();
    },
  });
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
              setLevel(value);
            }}
          >
            {label}
          </button>
        ))}
      </div>
      <TimeRange view={view} />
      <PartChips view={view} parts={parts} names={names}>
        {view.hide.length > 0 && view.hide.map((text) => <HiddenText key={text} text={text} all={view.hide} />)}
      </PartChips>
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
        onClick={toggleWrap}
      >
        <WrapIcon />
      </button>
      <Download view={view} />
      <button
        type="button"
        className="tool tool-icon"
        aria-label="Go to the first line"
        title="Go to the first line"
        onClick={toFirst}
      >
        <UpIcon />
      </button>
      <button
        type="button"
        className="tool tool-icon"
        aria-label="Go to the last line"
        title="Go to the last line"
        onClick={toLast}
      >
        <DownIcon />
      </button>
    </div>
  );
}

function HiddenText({ text, all }: { text: string; all: View['hide'] }): ReactNode {
  return (
    <span className="filter-chip filter-chip-hide">
      <span className="filter-chip-kind">Hidden</span>
      <span className="filter-chip-name" title={text}>
        {text}
      </span>
      <button
        type="button"
        aria-label={`Show lines with ${text} again`}
        onClick={() => {
          navigate({ hide: all.filter((each) => each !== text), line: null });
        }}
      >
        <CloseIcon />
      </button>
    </span>
  );
}
