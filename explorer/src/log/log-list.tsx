import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useActions } from '../keys/use-actions.ts';
import { showInView } from '../state/in-view.ts';
import { useSettings } from '../state/settings.ts';
import { alsoHidden, navigate } from '../state/view.ts';
import type { View } from '../state/view.ts';
import { countWords } from '../ui/count-words.ts';
import { DownIcon } from '../ui/icons.tsx';
import { day } from '../ui/time.ts';
import { EmptyLog, FailureNotes, NewerEnd, OlderEnd } from './log-ends.tsx';
import { markerFor } from './highlight.ts';
import { isSamePart } from './line.ts';
import type { LogLine } from './line.ts';
import { keepInPlace } from './keep-in-place.ts';
import { selectedText } from './likeness.ts';
import { LogRow } from './log-row.tsx';
import type { LogSnapshot, LogWindow } from './log-window.ts';
import { timeOf } from './placement.ts';
import { useLineKeys } from './use-line-keys.ts';
import { usePlacement } from './use-placement.ts';
import { TailBar } from './tail-bar.tsx';

export interface ShownJob {
  readonly name: string;
  readonly source: string;
  readonly hue: number;
}

const ROW_HEIGHT = 22;
/** The height of a row of words beside the lines. */
const START_ROOM = 44;
/** More lines are read when so many are left before the edge of what is held. */
const AHEAD = 60;
/** The distance from the end within which the list follows new lines, in pixels. */
const NEAR_END = 40;
/** The space before a line that the list scrolls to, and after a line that a key selects, in pixels. */
const LEAD = 110;
const TRAIL = 44;

interface LogListProps {
  readonly log: LogWindow;
  readonly snapshot: LogSnapshot;
  readonly jobs: ReadonlyMap<string, ShownJob>;
  readonly view: View;
  readonly isLive: boolean;
  readonly partNames: ReadonlyMap<string, string>;
}

/** Lets the histogram mark what is on the screen. */
function useShownTimes(first: LogLine | undefined, last: LogLine | undefined): void {
  const [from, until] = [first === undefined ? null : timeOf(first), last === undefined ? null : timeOf(last)];
  useEffect(() => {
    showInView(from === null || until === null ? null : { from, until });
    return () => {
      showInView(null);
    };
  }, [from, until]);
}

export function LogList({ log, snapshot, jobs, view, isLive, partNames }: LogListProps): ReactNode {
  const { zone, wrap } = useSettings();
  const { lines, older, newer } = snapshot;
  const scroller = useRef<HTMLDivElement>(null);
  const [isPaused, setPaused] = useState(false);
  // The user reads the open line, so it must stay in view.
  const isHeld = isPaused || view.line !== null;
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: useCallback((index: number) => lines[index]?.id ?? index, [lines]),
    overscan: 12,
    // Lines that are put before, or cut off, do not move what is in view.
    anchorTo: 'end',
    followOnAppend: log.isFollowed && !isHeld,
    // While a line is held, lines at the end do not move the list.
    scrollEndThreshold: isHeld ? -1 : NEAR_END,
    // Shows some lines before and after the line that the list scrolls to.
    scrollPaddingStart: LEAD,
    scrollPaddingEnd: TRAIL,
    // Room for the note about older lines, so that the lines do not move when the note comes and goes.
    paddingStart: lines.length === 0 ? 0 : START_ROOM,
    paddingEnd: 8,
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;

  const { isPlaced, release } = usePlacement({ rows, scroller, log, snapshot, view });
  useEffect(() => {
    if (lines.length === 0 || !isPlaced.current) return;
    if (older.state === 'more' && first < AHEAD) void log.load('older');
    if (newer.state === 'more' && last >= lines.length - AHEAD) void log.load('newer');
  }, [log, isPlaced, lines.length, first, last, older.state, newer.state]);

  useShownTimes(lines[rows.range?.startIndex ?? first], lines[rows.range?.endIndex ?? last]);

  const isAtEnd = newer.state === 'done' && rows.isAtEnd(NEAR_END);
  useEffect(() => {
    log.follow(isAtEnd && !isHeld);
  }, [log, isAtEnd, isHeld]);

  const marker = useMemo(() => markerFor(view.text, view.mode), [view.text, view.mode]);
  const hasParts = useMemo(() => lines.some(({ step, task }) => step !== null || task !== null), [lines]);
  const toggle = useCallback((line: LogLine, isOpen: boolean): void => {
    keepInPlace(line.id);
    const change = isOpen ? { line: null, at: null } : { line: line.id, at: timeOf(line) };
    navigate(change, { replace: true });
  }, []);

  const toEnd = (): void => {
    setPaused(false);
    release();
    const isThere = newer.state === 'done';
    if (view.line !== null || !isThere) navigate({ line: null, at: null }, { replace: isThere, readAgain: !isThere });
    if (isThere) rows.scrollToEnd();
  };
  useActions({
    follow: () => {
      if (isAtEnd && !isHeld) setPaused(true);
      else toEnd();
    },
    hide: () => {
      const text = selectedText();
      if (text !== null) navigate({ hide: alsoHidden(text), line: null, at: view.at });
    },
    'close-line': () => {
      if (view.line !== null) navigate({ line: null, at: null }, { replace: true });
    },
  });
  useLineKeys({
    lines,
    scroller,
    shown: [rows.range?.startIndex ?? first, rows.range?.endIndex ?? last],
    scrollTo: (index) => {
      release();
      rows.scrollToIndex(index, { align: 'auto' });
    },
  });
  const classes = [
    'lines',
    wrap ? 'lines-wrapped' : '',
    jobs.size > 1 ? 'lines-merged' : '',
    hasParts ? 'lines-parts' : '',
  ];

  return (
    <>
      <FailureNotes snapshot={snapshot} jobs={jobs} log={log} />
      <div className="log">
        <div
          className={classes.filter((name) => name !== '').join(' ')}
          ref={scroller}
          tabIndex={0}
          role="region"
          aria-label="Lines of the log"
        >
          <div className={lines.length === 0 ? undefined : 'older-end'}>
            <OlderEnd older={older} searched={snapshot.searched} log={log} isEmpty={lines.length === 0} />
          </div>
          {lines.length === 0 && <EmptyLog snapshot={snapshot} view={view} isLive={isLive} />}
          <div className="lines-content" role="list" style={{ height: lines.length === 0 ? 0 : rows.getTotalSize() }}>
            {items.map(({ index, key, start }) => {
              const line = lines[index];
              if (line === undefined) return null;
              const before = lines[index - 1];
              const job = line.job === null ? undefined : jobs.get(line.job.id);
              return (
                <div
                  key={key}
                  ref={rows.measureElement}
                  data-index={index}
                  role="listitem"
                  className="line-place"
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <LogRow
                    line={line}
                    job={job}
                    isMerged={jobs.size > 1}
                    partNames={partNames}
                    zone={zone}
                    marker={marker}
                    isOpen={view.line === line.id}
                    startsDay={
                      before === undefined
                        ? older.state === 'done'
                        : day(before.timestamp, zone) !== day(line.timestamp, zone)
                    }
                    startsPart={jobs.size === 1 && !isSamePart(before, line)}
                    onToggle={toggle}
                  />
                </div>
              );
            })}
          </div>
          <NewerEnd snapshot={snapshot} log={log} isLive={isLive} />
        </div>
        {!isAtEnd && lines.length > 0 && (
          <button type="button" className={snapshot.unread > 0 ? 'to-end' : 'to-end to-end-quiet'} onClick={toEnd}>
            <DownIcon />
            <span>{snapshot.unread > 0 ? countWords(snapshot.unread, 'new line', 'new lines') : 'Latest lines'}</span>
          </button>
        )}
      </div>
      <TailBar
        snapshot={snapshot}
        isLive={isLive}
        isFollowing={isAtEnd && !isHeld}
        onPause={() => {
          setPaused(true);
        }}
        onFollow={toEnd}
        onCancel={() => {
          log.cancel();
        }}
      />
    </>
  );
}
