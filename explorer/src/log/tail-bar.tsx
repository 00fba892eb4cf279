import type { ReactNode } from 'react';
import { PauseIcon, PlayIcon } from '../ui/icons.tsx';
import { useNow } from '../ui/use-now.ts';
import type { TailState } from './live-tail.ts';
import type { LogSnapshot } from './log-window.ts';

interface TailBarProps {
  readonly snapshot: LogSnapshot;
  readonly isLive: boolean;
  readonly isFollowing: boolean;
  readonly onPause: () => void;
  readonly onFollow: () => void;
  readonly onCancel: () => void;
}

/** The foot of the log: how many lines are here, and how the tail is doing. */
export function TailBar({ snapshot, isLive, isFollowing, onPause, onFollow }: TailBarProps): ReactNode {
  const { lines, older, newer, tail, dropped } = snapshot;
  const isWhole = older.state === 'done' && newer.state === 'done';
  const isRunning = isLive && tail.state !== 'off' && tail.state !== 'ended' && tail.state !== 'failed';
  return (
    <footer className="foot">
      <span>
        {lines.length.toLocaleString('en')} {lines.length === 1 ? 'line' : 'lines'}
        {isWhole ? '' : ' loaded'}
      </span>
      {dropped > 0 && <span className="foot-warn">The source left lines out</span>}
      <span className="filters-gap" />
      <TailWords tail={tail} isFollowing={isFollowing} />
      {isRunning && (
        <button type="button" className="tool" onClick={isFollowing ? onPause : onFollow}>
          {isFollowing ? <PauseIcon /> : <PlayIcon />}
          {isFollowing ? 'Pause' : 'Follow'}
        </button>
      )}
    </footer>
  );
}

function TailWords({ tail, isFollowing }: { tail: TailState; isFollowing: boolean }): ReactNode {
  const now = useNow(1_000);
  const [tone, words] = wordsOf(tail, isFollowing, now);
  if (words === '') return null;
  return (
    <span className={`tail tail-${tone}`} role="status">
      <span className="tail-dot" aria-hidden="true" />
      {words}
    </span>
  );
}

type Tone = 'live' | 'quiet' | 'warn' | 'bad';

function wordsOf(tail: TailState, isFollowing: boolean, now: number): readonly [Tone, string] {
  switch (tail.state) {
    case 'off':
      return ['quiet', ''];
    case 'connecting':
      return ['quiet', 'Connecting…'];
    case 'catching-up':
      return ['live', 'Catching up'];
    case 'live':
      return isFollowing ? ['live', 'Live'] : ['quiet', 'Live, paused'];
    case 'slow':
      return ['warn', 'The source asked for a pause'];
    case 'source-error':
      return [
        'warn',
        tail.failure === null ? 'The source fails; trying again' : `${tail.failure.source} fails; trying again`,
      ];
    case 'waiting':
      return ['warn', `Connection lost; trying again in ${Math.max(0, Math.ceil((tail.until - now) / 1000))} s`];
    case 'ended':
      return ['quiet', tail.reason === 'SOURCE_GONE' ? 'The job is gone' : 'The job has finished'];
    case 'failed':
      return ['bad', tail.error.message];
  }
}
