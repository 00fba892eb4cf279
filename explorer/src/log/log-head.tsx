/** The head of the log: one job with its facts, or several jobs, some of which can be shown alone. */
import type { MouseEvent, ReactNode } from 'react';
import { StatusIcon, statusLabel } from '../jobs/status-icon.tsx';
import type { SelectedJobs } from '../jobs/use-selected-jobs.ts';
import { useSettings } from '../state/settings.ts';
import { navigate, shownJobs } from '../state/view.ts';
import type { View } from '../state/view.ts';
import { BackIcon, CloseIcon } from '../ui/icons.tsx';
import { ago, day, duration, shortDay } from '../ui/time.ts';
import { useNow } from '../ui/use-now.ts';
import type { ShownJob } from './log-list.tsx';

type Job = SelectedJobs['jobs'][number];

interface LogHeadProps {
  readonly view: View;
  readonly jobs: readonly Job[];
  readonly isLoading: boolean;
  readonly shown: ReadonlyMap<string, ShownJob>;
}

export function LogHead({ view, jobs, isLoading, shown }: LogHeadProps): ReactNode {
  const only = view.jobs.length === 1 ? jobs[0] : undefined;
  return (
    <div className="pane-head">
      <button
        type="button"
        className="tool tool-icon back"
        aria-label="All jobs"
        onClick={() => {
          navigate({ jobs: [], only: [], line: null, at: null });
        }}
      >
        <BackIcon />
      </button>
      {only !== undefined ? (
        <OneJob job={only} hue={shown.get(only.id)?.hue ?? 0} />
      ) : (
        <ManyJobs view={view} jobs={jobs} isLoading={isLoading} shown={shown} />
      )}
    </div>
  );
}

function OneJob({ job, hue }: { job: Job; hue: number }): ReactNode {
  const now = useNow();
  const { zone } = useSettings();
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
            {job.startedAt === null ? 'created' : 'started'} {dayUnlessToday(begun, zone, now)}
            {ago(begun, now)}
          </span>
        )}
        {job.startedAt !== null && (job.finishedAt !== null || job.status === 'RUNNING') && (
          <span className="fact">
            {job.finishedAt === null ? 'running for' : 'took'}{' '}
            {duration(job.startedAt, job.finishedAt === null ? now : Date.parse(job.finishedAt))}
          </span>
        )}
      </p>
    </div>
  );
}

/** `28 Nov, `: of today, it goes without saying. */
function dayUnlessToday(time: string, zone: 'local' | 'utc', now: number): string {
  return day(time, zone) === day(new Date(now).toISOString(), zone) ? '' : `${shortDay(time, zone)}, `;
}

/** Shows the lines of these jobs alone, or of all again. With Shift, they join or leave those that are shown. */
function showOnly(view: View, ids: readonly string[], add: boolean): void {
  const now = view.only.length === 0 ? [] : shownJobs(view);
  const areShown = ids.every((id) => now.includes(id));
  const rest = now.filter((id) => !ids.includes(id));
  const next = add ? (areShown ? rest : [...now, ...ids]) : areShown && rest.length === 0 ? [] : ids;
  navigate({ only: next.length === view.jobs.length ? [] : next, line: null, at: null });
}

const adds = (event: MouseEvent): boolean => event.shiftKey || event.ctrlKey || event.metaKey;

function titleOf(asked: number, found: number, isLoading: boolean): string {
  if (found > 0) return asked === 1 ? '1 job' : `${asked} jobs, merged`;
  if (isLoading) return 'Loading…';
  return asked === 1 ? 'Job not found' : 'Jobs not found';
}

function ManyJobs({ view, jobs, isLoading, shown }: LogHeadProps): ReactNode {
  const sources = [...new Set(jobs.map(({ source }) => source.name))];
  const read = shownJobs(view);
  const isAlone = (ids: readonly string[]): boolean => view.only.length > 0 && ids.every((id) => read.includes(id));
  return (
    <div className="title">
      <h1>
        {titleOf(view.jobs.length, jobs.length, isLoading)}
        {jobs.length > 0 && read.length < view.jobs.length && <span className="quiet">, {read.length} shown</span>}
      </h1>
      <div className="picked" role="group" aria-label="Jobs that are shown">
        {sources.map((source) => {
          const own = jobs.filter((job) => job.source.name === source);
          const ids = own.map(({ id }) => id);
          return (
            <div key={source} className={`picked-source hue-${shown.get(ids[0] ?? '')?.hue ?? 0}`}>
              {sources.length > 1 && (
                <button
                  type="button"
                  className="picked-name"
                  aria-pressed={isAlone(ids)}
                  title={`Show lines of ${source} only`}
                  onClick={(event) => {
                    showOnly(view, ids, adds(event));
                  }}
                >
                  {source}
                </button>
              )}
              {own.map(({ id, name, status }) => (
                <span key={id} className={read.includes(id) ? 'pick' : 'pick pick-hidden'}>
                  <button
                    type="button"
                    className="pick-main"
                    aria-pressed={isAlone([id])}
                    title="Show its lines only; with Shift: add or leave out"
                    onClick={(event) => {
                      showOnly(view, [id], adds(event));
                    }}
                  >
                    <StatusIcon status={status} />
                    <span className="pick-name">{name}</span>
                  </button>
                  <button
                    type="button"
                    className="pick-remove"
                    aria-label={`Remove ${name}`}
                    onClick={() => {
                      const rest = view.jobs.filter((job) => job !== id);
                      navigate({ jobs: rest, only: view.only.filter((job) => job !== id) });
                    }}
                  >
                    <CloseIcon />
                  </button>
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
