import { memo, useMemo } from 'react';
import type { ReactNode } from 'react';
import type { LogSeverity } from '../graphql/generated/graphql.ts';
import { ChevronIcon } from '../ui/icons.tsx';
import { shortName } from '../ui/short-name.ts';
import { ago, clock, longDay } from '../ui/time.ts';
import { countWords } from '../ui/count-words.ts';
import { mark } from './highlight.ts';
import { withJson } from './json-text.ts';
import { stepOf, taskOf } from './line.ts';
import type { LogLine } from './line.ts';
import { LineDetails } from './line-details.tsx';
import type { ShownJob } from './log-list.tsx';
import { Pieces } from './pieces.tsx';
import { piecesOf } from './plain-text.ts';

const SHORT: Readonly<Record<LogSeverity, string>> = {
  TRACE: 'trc',
  DEBUG: 'dbg',
  INFO: 'inf',
  WARN: 'wrn',
  ERROR: 'err',
  FATAL: 'ftl',
  UNSPECIFIED: '',
};

/** A folded line shows so many of its rows. */
const FOLDED_ROWS = 6;

interface LogRowProps {
  readonly line: LogLine;
  readonly job: ShownJob | undefined;
  readonly isMerged: boolean;
  /** Names of steps and tasks by their keys, for rows that hold only keys. */
  readonly partNames: ReadonlyMap<string, string>;
  readonly zone: 'local' | 'utc';
  readonly marker: RegExp | null;
  readonly isOpen: boolean;
  readonly startsDay: boolean;
  /** It is of another step than the line before. */
  readonly startsPart: boolean;
  readonly onToggle: (line: LogLine, isOpen: boolean) => void;
}

export const LogRow = memo(function LogRow(props: LogRowProps): ReactNode {
  const { line, job, isMerged, partNames, zone, marker, isOpen, startsDay, startsPart, onToggle } = props;
  const pieces = useMemo(
    () => mark(withJson(line.message, piecesOf(line.message.trimEnd())), marker),
    [line.message, marker],
  );
  const rows = line.message.split('\n', 200).length;
  const severity = line.severity.toLowerCase();
  const time = clock(line.timestamp, zone);
  return (
    <>
      {line.gap !== undefined && (
        <div className="gap" role="note">
          {line.gap.count === null ? 'Lines are' : countWords(line.gap.count, 'line is', 'lines are')} missing here: the
          source left them out
        </div>
      )}
      {startsDay && <div className="day">{longDay(line.timestamp, zone)}</div>}
      <div
        className={`line severity-${severity}${isOpen ? ' line-open' : ''}`}
        onClick={() => {
          // A user who selects text to copy it does not want to open the line.
          if (getSelection()?.isCollapsed !== false) onToggle(line, isOpen);
        }}
      >
        <button
          type="button"
          className="line-toggle"
          data-line={line.id}
          aria-expanded={isOpen}
          aria-label={`${isOpen ? 'Close' : 'Open'} line of ${time}${severity === 'unspecified' ? '' : `, ${severity}`}`}
          onClick={(event) => {
            event.stopPropagation();
            onToggle(line, isOpen);
          }}
        >
          <ChevronIcon />
        </button>
        <time
          className="line-time"
          dateTime={line.timestamp}
          title={`${line.timestamp} (${ago(line.timestamp, Date.now())})`}
        >
          {time}
        </time>
        <span className="line-severity">{SHORT[line.severity]}</span>
        {isMerged && (
          <span
            className={`line-job hue-${job?.hue ?? 0}`}
            title={job === undefined ? undefined : `${job.name}, ${job.source}`}
          >
            {job?.source ?? ''} <span className="line-job-name">{job?.name ?? ''}</span>
          </span>
        )}
        <Part line={line} partNames={partNames} isNew={startsPart} />
        <span className="line-message">
          {line.late && <span className="tag">late</span>}
          <bdi className={isOpen ? 'line-text' : 'line-text line-folded'}>
            <Pieces pieces={pieces} />
          </bdi>
          {!isOpen && (rows > FOLDED_ROWS || line.messageTruncated) && (
            <span className="line-more">
              {line.messageTruncated
                ? `… ${line.messageLength.toLocaleString('en')} characters`
                : `… ${rows >= 200 ? '200 or more' : rows} rows`}
            </span>
          )}
        </span>
      </div>
      {isOpen && <LineDetails line={line} job={job} zone={zone} />}
    </>
  );
});

interface PartProps {
  readonly line: LogLine;
  readonly partNames: ReadonlyMap<string, string>;
  readonly isNew: boolean;
}

function Part({ line, partNames, isNew }: PartProps): ReactNode {
  const parts = [stepOf(line), taskOf(line)].flatMap((name) => (name === null ? [] : [partNames.get(name) ?? name]));
  return (
    <span
      className={isNew ? 'line-part line-part-new' : 'line-part'}
      title={parts.length === 0 ? undefined : parts.join(' / ')}
    >
      {parts.map(shortName).join(' / ')}
    </span>
  );
}
