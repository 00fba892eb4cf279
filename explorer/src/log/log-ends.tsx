import type { ReactNode } from 'react';
import { isFiltered, navigate, NO_LINE_FILTER, shownJobs } from '../state/view.ts';
import type { View } from '../state/view.ts';
import { WarningIcon } from '../ui/icons.tsx';
import type { ShownJob } from './log-list.tsx';
import type { Beyond, LogSnapshot, LogWindow } from './log-window.ts';

/** Sources that did not answer: what the others have is still there. */
export function FailureNotes({
  snapshot,
  jobs,
  log,
}: {
  snapshot: LogSnapshot;
  jobs: ReadonlyMap<string, ShownJob>;
  log: LogWindow;
}): ReactNode {
  return snapshot.failures.map((failure) => {
    const job = failure.jobId === null ? undefined : jobs.get(failure.jobId);
    const whose = job === undefined ? failure.source : `${job.name} (${failure.source})`;
    const isTruncated = failure.code === 'SOURCE_TRUNCATED';
    return (
      <p key={`${failure.source} ${failure.jobId ?? ''} ${failure.code}`} className="note note-warn" role="status">
        <WarningIcon />
        <span>
          {isTruncated ? `The log of ${whose} is truncated.` : `Lines of ${whose} are missing.`} {failure.message}
          {failure.retryAfterSeconds !== null && ` Try again in ${Math.ceil(failure.retryAfterSeconds)} s.`}
        </span>
        {!isTruncated && (
          <button
            type="button"
            className="link"
            onClick={() => {
              log.cancel();
              navigate({}, { replace: true, readAgain: true });
            }}
          >
            Try again
          </button>
        )}
      </p>
    );
  });
}

interface EndProps {
  readonly beyond: Beyond;
  readonly searched: number;
  readonly onMore: () => void;
  readonly onCancel: () => void;
  readonly what: string;
}

function Reading({ beyond, searched, onMore, onCancel, what }: EndProps): ReactNode {
  switch (beyond.state) {
    case 'loading':
      return (
        <p className="lines-end" role="status">
          <span className="spinner" aria-hidden="true" />
          {searched === 0
            ? `Reading ${what} lines…`
            : `Searching ${what} lines: nothing in the last ${searched} ${searched === 1 ? 'request' : 'requests'}…`}
          <button type="button" className="link" onClick={onCancel}>
            Cancel
          </button>
        </p>
      );
    case 'paused':
      return (
        <p className="lines-end" role="status">
          {searched === 0 ? 'Stopped.' : `Nothing in the ${what} lines that were searched.`}
          <button type="button" className="link" onClick={onMore}>
            {searched === 0 ? 'Read on' : 'Search on'}
          </button>
        </p>
      );
    case 'failed':
      return (
        <p className="lines-end lines-end-bad" role="alert">
          {beyond.error.message.replace(/^filter\.matches is/, 'What you typed is')}
          {beyond.error.code !== 'BAD_USER_INPUT' && (
            <button type="button" className="link" onClick={onMore}>
              Try again
            </button>
          )}
        </p>
      );
    case 'more':
    case 'done':
      return null;
  }
}

export function OlderEnd({
  older,
  searched,
  log,
  isEmpty,
}: {
  older: Beyond;
  searched: number;
  log: LogWindow;
  isEmpty: boolean;
}): ReactNode {
  if (older.state === 'done') return isEmpty ? null : <p className="lines-end">Beginning of the log</p>;
  return (
    <Reading
      beyond={older}
      searched={searched}
      what="older"
      onMore={() => void log.load('older')}
      onCancel={() => {
        log.cancel();
      }}
    />
  );
}

export function NewerEnd({
  snapshot,
  log,
  isLive,
}: {
  snapshot: LogSnapshot;
  log: LogWindow;
  isLive: boolean;
}): ReactNode {
  const { newer, lines, tail } = snapshot;
  if (newer.state !== 'done') {
    return (
      <Reading
        beyond={newer}
        searched={snapshot.searched}
        what="newer"
        onMore={() => void log.load('newer')}
        onCancel={() => {
          log.cancel();
        }}
      />
    );
  }
  if (lines.length === 0 || (isLive && tail.state !== 'ended')) return null;
  return (
    <p className="lines-end">
      {tail.state === 'ended' && tail.reason === 'SOURCE_GONE' ? 'The job is gone' : 'End of the log'}
    </p>
  );
}

/** Says why there is nothing to see, and which filter could be loosened. */
export function EmptyLog({
  snapshot,
  view,
  isLive,
}: {
  snapshot: LogSnapshot;
  view: View;
  isLive: boolean;
}): ReactNode {
  const { older, newer, failures } = snapshot;
  // A note above says what is missing.
  const isMissing = failures.length > 0;
  if (older.state !== 'done' || newer.state !== 'done') return null;
  if (!isFiltered(view)) {
    return (
      <div className="nothing">
        <h2>{isMissing ? 'No line could be read' : isLive ? 'No lines yet' : 'This log is empty'}</h2>
        {isLive && !isMissing && <p>Lines appear here as the job writes them.</p>}
      </div>
    );
  }
  const parts: readonly (readonly [string, Partial<View>, boolean])[] = [
    [`the text “${view.text}”`, { text: '' }, view.text !== ''],
    ...view.hide.map((text): [string, Partial<View>, boolean] => [
      `the hidden text “${text}”`,
      { hide: view.hide.filter((each) => each !== text) },
      true,
    ]),
    [`severity ${(view.level ?? '').toLowerCase()} and worse`, { level: null }, view.level !== null],
    ['the time range', { since: null, until: null }, view.since !== null || view.until !== null],
    ['the steps', { steps: [] }, view.steps.length > 0],
    ['the tasks', { tasks: [] }, view.tasks.length > 0],
    ['the attempts', { attempts: [] }, view.attempts.length > 0],
    ['the parts', { parts: [] }, view.parts.length > 0],
    ['the choice of jobs', { only: [] }, shownJobs(view).length < view.jobs.length],
  ];
  const given = parts.filter(([, , isGiven]) => isGiven);
  return (
    <div className="nothing">
      <h2>{isMissing ? 'No line that could be read matches' : 'No line matches'}</h2>
      <p>Loosen one of these:</p>
      <div className="nothing-choices">
        {given.map(([label, change]) => (
          <button
            key={label}
            type="button"
            className="button"
            onClick={() => {
              navigate({ ...change, line: null, at: null });
            }}
          >
            Drop {label}
          </button>
        ))}
        {given.length > 1 && (
          <button
            type="button"
            className="button"
            onClick={() => {
              navigate({ ...NO_LINE_FILTER, line: null, at: null });
            }}
          >
            Drop all
          </button>
        )}
      </div>
    </div>
  );
}
