import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { Histogram } from '../histogram/histogram.tsx';
import { hasEnded, StatusIcon, statusLabel } from '../jobs/status-icon.tsx';
import { useSelectedJobs } from '../jobs/use-selected-jobs.ts';
import { hueOf } from '../jobs/use-sources.ts';
import type { Sources } from '../jobs/use-sources.ts';
import type { Parts } from '../parts/use-parts.ts';
import { logFilterOf, navigate, usePlace } from '../state/view.ts';
import { BackIcon, CloseIcon } from '../ui/icons.tsx';
import { Mark } from '../ui/mark.tsx';
import { ago, duration } from '../ui/time.ts';
import { useNow } from '../ui/use-now.ts';
import { FilterBar } from './filter-bar.tsx';
import { LogList } from './log-list.tsx';
import type { ShownJob } from './log-list.tsx';
import { LogWindow } from './log-window.ts';

interface LogPaneProps {
  readonly sources: Sources;
  readonly parts: Parts;
}

export function LogPane({ sources, parts }: LogPaneProps): ReactNode {
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
  return <Log sources={sources} parts={parts} />;
}

function Log({ sources, parts }: LogPaneProps): ReactNode {
  const { view, reading } = usePlace();
  const selected = useSelectedJobs(view.jobs);
  const { jobs } = selected;
  const only = jobs.length === 1 ? jobs[0] : undefined;
  const isEveryJobKnown = view.jobs.every((id) => jobs.some((job) => job.id === id));
  // Jobs that have ended are not followed.
  const isLive = isEveryJobKnown && jobs.some(({ status }) => !hasEnded(status));
  const log = useMemo(
    () => new LogWindow({ jobs: view.jobs, filter: logFilterOf(view), at: view.at }),
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
  const shown = useMemo(
    () =>
      new Map<string, ShownJob>(
        jobs.map(({ id, name, source }) => [
          id,
          { name, source: source.name, hue: hueOf(source.name, sources.sources) },
        ]),
      ),
    [jobs, sources.sources],
  );
  const partNames = useMemo(
    () => new Map([...parts.rows.steps, ...parts.rows.tasks].map(({ key, name }) => [key, name])),
    [parts.rows],
  );

  return (
    <main className="pane">
      <div className="pane-head">
        <button
          type="button"
          className="tool tool-icon back"
          aria-label="All jobs"
          onClick={() => {
            navigate({ jobs: [], line: null, at: null });
          }}
        >
          <BackIcon />
        </button>
        {only !== undefined ? (
          <OneJob job={only} hue={shown.get(only.id)?.hue ?? 0} />
        ) : (
          <ManyJobs jobs={jobs} shown={shown} />
        )}
      </div>
      {selected.errors.map((error) => (
        <p key={error.message} className="note note-warn" role="status">
          {error.message}
        </p>
      ))}
      <FilterBar view={view} parts={parts} />
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

type Job = ReturnType<typeof useSelectedJobs>['jobs'][number];

function OneJob({ job, hue }: { job: Job; hue: number }): ReactNode {
  const now = useNow();
  const begun = job.startedAt ?? job.createdAt;
  const native = job.nativeStatus === null ? null : job.nativeStatus.toLowerCase();
  return (
    <div className="title">
      <h1>{job.name}</h1>
      <p className="facts">
        <span className="fact">
          <StatusIcon status={job.status} named />
          {statusLabel(job.status)}
          {native !== null && native !== statusLabel(job.status).toLowerCase() && (
            <span className="quiet"> ({job.nativeStatus})</span>
          )}
        </span>
        <span className={`fact source-name hue-${hue}`}>{job.source.name}</span>
        <span className="fact key" title="Its key at the source">
          {job.key}
        </span>
        {begun !== null && (
          <span className="fact" title={begun}>
            {ago(begun, now)}
          </span>
        )}
        {job.startedAt !== null && (job.finishedAt !== null || job.status === 'RUNNING') && (
          <span className="fact">
            {duration(job.startedAt, job.finishedAt === null ? now : Date.parse(job.finishedAt))}
          </span>
        )}
      </p>
    </div>
  );
}

function ManyJobs({ jobs, shown }: { jobs: readonly Job[]; shown: ReadonlyMap<string, ShownJob> }): ReactNode {
  return (
    <div className="title">
      <h1>{jobs.length === 0 ? 'Loading…' : `${jobs.length} jobs, merged`}</h1>
      <div className="picked">
        {jobs.map(({ id, name, status }) => (
          <span key={id} className={`pick hue-${shown.get(id)?.hue ?? 0}`}>
            <StatusIcon status={status} />
            <span className="pick-name">{name}</span>
            <button
              type="button"
              aria-label={`Remove ${name}`}
              onClick={() => {
                navigate({ jobs: jobs.filter((job) => job.id !== id).map((job) => job.id) });
              }}
            >
              <CloseIcon />
            </button>
          </span>
        ))}
      </div>
    </div>
  );
}
