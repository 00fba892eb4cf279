import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { Histogram } from '../histogram/histogram.tsx';
import { hasEnded } from '../jobs/status-icon.tsx';
import type { SelectedJobs } from '../jobs/use-selected-jobs.ts';
import type { JobParts } from '../parts/parts-reader.ts';
import { logFilterOf, navigate, shownJobs, usePlace } from '../state/view.ts';
import { Mark } from '../ui/mark.tsx';
import { FilterBar } from './filter-bar.tsx';
import { LogHead } from './log-head.tsx';
import { LogList } from './log-list.tsx';
import type { ShownJob } from './log-list.tsx';
import { LogWindow } from './log-window.ts';

interface LogPaneProps {
  readonly selected: SelectedJobs;
  readonly shown: ReadonlyMap<string, ShownJob>;
  readonly parts: readonly JobParts[];
}

export function LogPane(props: LogPaneProps): ReactNode {
  const { view } = usePlace();
  if (view.jobs.length === 0) {
    return (
      <main className="pane pane-empty">
        <Mark />
        <h1>Pick a job to read its log</h1>
        <p>Add more jobs with the plus sign: their lines are merged in the order of time.</p>
      </main>
    );
  }
  return <Log {...props} />;
}

function Log({ selected, shown, parts }: LogPaneProps): ReactNode {
  const { view, reading } = usePlace();
  const { jobs } = selected;
  const read = shownJobs(view);
  const isKnown = !selected.isLoading && selected.errors.length === 0;
  const missing = isKnown ? view.jobs.filter((id) => !shown.has(id)) : [];
  // Jobs that have ended are not followed.
  const isLive =
    read.every((id) => shown.has(id)) && jobs.some(({ id, status }) => read.includes(id) && !hasEnded(status));
  const log = useMemo(
    () => new LogWindow({ jobs: shownJobs(view), filter: logFilterOf(view), at: view.at }),
    // `reading` changes with all that the window depends on.
    [reading],
  );
  useEffect(() => {
    log.open();
    return () => {
      log.close();
    };
  }, [log]);
  useEffect(() => {
    log.setLive(isLive);
  }, [log, isLive]);
  const snapshot = useSyncExternalStore(log.subscribe, log.getSnapshot);
  const partNames = useMemo(
    () => new Map(parts.flatMap(({ rows }) => [...rows.steps, ...rows.tasks]).map(({ key, name }) => [key, name])),
    [parts],
  );

  return (
    <main className="pane">
      <LogHead view={view} jobs={jobs} isLoading={selected.isLoading} shown={shown} />
      {selected.errors.map((error) => (
        <p key={error.message} className="note note-warn" role="status">
          {error.message}
        </p>
      ))}
      {missing.length > 0 && missing.length < view.jobs.length && (
        <p className="note note-warn" role="status">
          {missing.length === 1
            ? 'One of these jobs was not found.'
            : `${missing.length} of these jobs were not found.`}
          <button
            type="button"
            className="link"
            onClick={() => {
              navigate({ jobs: view.jobs.filter((id) => !missing.includes(id)), only: [] });
            }}
          >
            Leave out
          </button>
        </p>
      )}
      <FilterBar view={view} parts={parts} names={shown} />
      <Histogram view={view} isLive={isLive} />
      <LogList
        key={reading}
        log={log}
        snapshot={snapshot}
        jobs={shown}
        view={view}
        isLive={isLive}
        partNames={partNames}
      />
    </main>
  );
}
