import { useEffect, useRef } from 'react';
import type { MouseEvent, ReactNode } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { JobRowFragment } from '../graphql/generated/graphql.ts';
import { useActions } from '../keys/use-actions.ts';
import { navigate, NO_LINE_FILTER } from '../state/view.ts';
import { CheckIcon, PlusIcon } from '../ui/icons.tsx';
import { ago, duration } from '../ui/time.ts';
import { useIsNarrow } from '../ui/use-is-narrow.ts';
import { useNow } from '../ui/use-now.ts';
import { moveAlongJobs } from './focus-job.ts';
import type { JobListSnapshot } from './job-list.ts';
import { StatusIcon } from './status-icon.tsx';
import { hueOf } from './use-sources.ts';
import type { Sources } from './use-sources.ts';

const ROW_HEIGHT = 56;
/** Between the edge of the list and its last job, or one that is brought into view. */
const ROOM = 8;
/** The next page is asked for when so many rows are left. */
const AHEAD = 15;
/** The number of jobs among which the list looks for the job that a link selects. */
const MOST_SOUGHT = 300;

interface JobRowsProps {
  readonly snapshot: JobListSnapshot;
  readonly sources: Sources;
  readonly selected: readonly string[];
  readonly isNarrowed: boolean;
  /** The name that is searched for. */
  readonly find: string;
  readonly onMore: () => void;
}

export function JobRows({ snapshot, sources, selected, isNarrowed, find, onMore }: JobRowsProps): ReactNode {
  const { jobs, state, failures, waitingFor } = snapshot;
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow();
  const rows = useVirtualizer({
    count: jobs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => jobs[index]?.id ?? index,
    overscan: 8,
    paddingEnd: ROOM,
    scrollPaddingStart: ROOM,
    scrollPaddingEnd: ROOM,
  });
  // A job that a link selects may be far down. It is brought into view once, and not when someone has moved the list.
  const [wanted] = selected;
  const place = jobs.findIndex(({ id }) => id === wanted);
  const settled = useRef<string | undefined>(undefined);
  const isHeld = useRef(false);
  const settle = (): void => {
    settled.current = wanted;
    isHeld.current = false;
  };
  useEffect(() => {
    // A job that was found by its name is not lost among all jobs when the search is over.
    if (find === '') settled.current = undefined;
  }, [find]);
  useEffect(() => {
    if (wanted === undefined || settled.current === wanted) return;
    if (place !== -1) rows.scrollToIndex(place, { align: 'auto' });
    else if (state === 'more' && jobs.length < MOST_SOUGHT) onMore();
    // While sources answer, their jobs push others down.
    if (state !== 'loading' && place !== -1) settled.current = wanted;
    isHeld.current = true;
  }, [wanted, place, state, jobs.length, rows, onMore]);
  useEffect(() => {
    const box = scroller.current;
    if (box === null) return undefined;
    // The parts of the job come later than its row, and take room from the list.
    const observer = new ResizeObserver(() => {
      if (isHeld.current) box.querySelector('.job-selected')?.scrollIntoView({ block: 'nearest' });
    });
    observer.observe(box);
    return () => {
      observer.disconnect();
    };
  }, []);
  const goTo = (step: 1 | -1): void => {
    const current = jobs.findIndex(({ id }) => id === selected[0]);
    const index = current === -1 ? 0 : current + step;
    const job = jobs[index];
    if (job === undefined) return;
    navigate({ ...NO_LINE_FILTER, line: null, at: null, jobs: [job.id], picking: false });
    rows.scrollToIndex(index, { align: 'auto' });
  };
  useActions({
    'next-job': () => {
      goTo(1);
    },
    'previous-job': () => {
      goTo(-1);
    },
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (state === 'more' && last >= jobs.length - AHEAD) onMore();
  }, [last, jobs.length, state, onMore]);

  return (
    <div
      className="jobs"
      ref={scroller}
      tabIndex={-1}
      onWheel={settle}
      onPointerDown={settle}
      onKeyDown={moveAlongJobs}
    >
      {failures.map((failure) => (
        <p key={failure.source} className="note note-warn" role="status">
          <b>{failure.source}</b> does not answer. {failure.message}
        </p>
      ))}
      <div className="jobs-content" role="list" aria-label="Jobs, newest first" style={{ height: rows.getTotalSize() }}>
        {items.map(({ index, key, start }) => {
          const job = jobs[index];
          if (job === undefined) return null;
          return (
            <div
              key={key}
              role="listitem"
              className="job-place"
              style={{ transform: `translateY(${start}px)` }}
              aria-setsize={state === 'done' ? jobs.length : -1}
              aria-posinset={index + 1}
            >
              <JobRow job={job} now={now} selected={selected} hue={hueOf(job.source.name, sources.sources)} />
            </div>
          );
        })}
      </div>
      {state === 'loading' && (
        <p className="jobs-end" role="status">
          {waitingFor.length === 0 || jobs.length === 0 ? 'Loading jobs…' : `Waiting for ${waitingFor.join(', ')}…`}
        </p>
      )}
      {state === 'done' && jobs.length === 0 && failures.length === 0 && (
        <p className="jobs-end">
          {isNarrowed ? 'No job matches. ' : 'There are no jobs yet.'}
          {isNarrowed && (
            <button
              type="button"
              className="link"
              onClick={() => {
                navigate({ find: '', status: null, sources: [] }, { replace: true });
              }}
            >
              Show all jobs
            </button>
          )}
        </p>
      )}
    </div>
  );
}

interface JobRowProps {
  readonly job: JobRowFragment;
  readonly now: number;
  readonly selected: readonly string[];
  readonly hue: number;
}

function JobRow({ job, now, selected, hue }: JobRowProps): ReactNode {
  const isSelected = selected.includes(job.id);
  const isNarrow = useIsNarrow();
  const begun = job.startedAt ?? job.createdAt;
  const choose = (event: MouseEvent, add: boolean): void => {
    event.stopPropagation();
    const next = !add ? [job.id] : isSelected ? selected.filter((id) => id !== job.id) : [...selected, job.id];
    // A job that joins is read with the filters of the others; another job is read whole.
    navigate({ ...(add ? { only: [] } : NO_LINE_FILTER), line: null, at: null, jobs: next, picking: add && isNarrow });
  };
  return (
    <div className={isSelected ? 'job job-selected' : 'job'}>
      <button
        type="button"
        className="job-main"
        aria-current={isSelected ? 'true' : undefined}
        onClick={(event) => {
          choose(event, event.metaKey || event.ctrlKey);
        }}
      >
        <StatusIcon status={job.status} />
        <span className="job-name">{job.name}</span>
        <span className="job-when" title={begun ?? undefined}>
          {begun === null ? '' : ago(begun, now)}
        </span>
        <span className={`job-source hue-${hue}`}>{job.source.name}</span>
        <span className="job-duration">{durationOf(job, now)}</span>
      </button>
      <button
        type="button"
        className="job-add"
        aria-pressed={isSelected}
        aria-label={isSelected ? `Remove ${job.name} from the log` : `Add ${job.name} to the log`}
        title={isSelected ? 'Remove from the log' : 'Add to the log'}
        onClick={(event) => {
          choose(event, true);
        }}
      >
        {isSelected ? <CheckIcon /> : <PlusIcon />}
      </button>
    </div>
  );
}

function durationOf({ startedAt, finishedAt, status }: JobRowFragment, now: number): string {
  if (startedAt === null) return '';
  if (finishedAt !== null) return duration(startedAt, Date.parse(finishedAt));
  return status === 'RUNNING' ? duration(startedAt, now) : '';
}
