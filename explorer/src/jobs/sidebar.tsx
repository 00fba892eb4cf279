import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { useActions } from '../keys/use-actions.ts';
import { PartsPanel } from '../parts/parts-panel.tsx';
import type { PartsOfJobs } from '../parts/parts-panel.tsx';
import { navigate, usePlace } from '../state/view.ts';
import type { StatusGroup } from '../state/view.ts';
import { CloseIcon, SearchIcon } from '../ui/icons.tsx';
import { useIsNarrow } from '../ui/use-is-narrow.ts';
import { JobList } from './job-list.ts';
import type { JobListSnapshot, JobScope } from './job-list.ts';
import { focusJob } from './focus-job.ts';
import { JobRows } from './job-rows.tsx';
import { SourceChips } from './source-chips.tsx';
import type { Sources } from './use-sources.ts';

const STATUS_CHOICES: readonly (readonly [StatusGroup | null, string])[] = [
  [null, 'All'],
  ['active', 'Active'],
  ['failed', 'Failed'],
  ['done', 'Done'],
];

/** The jobs of a source that does not exist: a link may name one. */
const NO_JOBS: JobListSnapshot = { jobs: [], state: 'done', failures: [], waitingFor: [] };

/** How long typing rests before jobs are searched. */
const TYPING_MILLISECONDS = 250;

export function Sidebar({ sources, parts, names }: PartsOfJobs & { sources: Sources }): ReactNode {
  const { view } = usePlace();
  const isNarrow = useIsNarrow();
  useActions({
    'find-jobs': () => {
      document.getElementById('find-jobs')?.focus();
    },
    parts: () => {
      document.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus();
    },
  });
  const { find, status, sources: chosen } = view;
  const read = sources.sources.map(({ name }) => name).filter((name) => chosen.length === 0 || chosen.includes(name));
  const isNowhere = !sources.isLoading && read.length === 0;
  // A text, so that equal scopes share a list.
  const scope = JSON.stringify({ find, status, sources: read });
  const list = useMemo(() => new JobList(JSON.parse(scope) as JobScope), [scope]);
  useEffect(() => {
    list.open();
    return () => {
      list.close();
    };
  }, [list]);
  const snapshot = useSyncExternalStore(list.subscribe, list.getSnapshot);

  return (
    <nav className="sidebar" aria-label="Jobs">
      <div className="sidebar-tools">
        <FindJobs find={find} />
        <div className="segmented" role="group" aria-label="Status of jobs">
          {STATUS_CHOICES.map(([value, label]) => (
            <button
              key={label}
              type="button"
              aria-pressed={status === value}
              onClick={() => {
                navigate({ status: value }, { replace: true });
              }}
            >
              {label}
            </button>
          ))}
        </div>
        <SourceChips sources={sources} chosen={chosen} silent={snapshot.failures.map(({ source }) => source)} />
      </div>
      <JobRows
        snapshot={isNowhere ? NO_JOBS : snapshot}
        sources={sources}
        selected={view.jobs}
        isNarrowed={find !== '' || status !== null || chosen.length > 0}
        find={find}
        onMore={list.load}
      />
      {!isNarrow && <PartsPanel parts={parts} names={names} />}
      {view.picking && view.jobs.length > 0 && (
        <button
          type="button"
          className="to-log"
          onClick={() => {
            navigate({ picking: false });
          }}
        >
          Show the log of {view.jobs.length} {view.jobs.length === 1 ? 'job' : 'jobs'}
        </button>
      )}
    </nav>
  );
}

function FindJobs({ find }: { find: string }): ReactNode {
  const [text, setText] = useState(find);
  const [shown, setShown] = useState(find);
  // The address may change without the field: back, forward, a button that clears it.
  if (shown !== find) {
    setShown(find);
    setText(find);
  }
  useEffect(() => {
    if (text === find) return undefined;
    const timer = setTimeout(() => {
      navigate({ find: text }, { replace: true });
    }, TYPING_MILLISECONDS);
    return () => {
      clearTimeout(timer);
    };
  }, [text, find]);
  return (
    <div className="field">
      <SearchIcon />
      <input
        id="find-jobs"
        type="search"
        aria-label="Find jobs by name"
        placeholder="Find jobs"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
        onKeyDown={(event) => {
          // Until the jobs of this text come, the list still shows those of the previous text, which will go.
          if (event.key === 'ArrowDown' && text === find && focusJob(1)) event.preventDefault();
        }}
      />
      {text !== '' && (
        <button
          type="button"
          className="field-clear"
          aria-label="Clear"
          onClick={() => {
            setText('');
          }}
        >
          <CloseIcon />
        </button>
      )}
    </div>
  );
}
