/** A row of the tree of parts: status, name, how long it took. */
import type { ReactNode } from 'react';
import { StatusIcon, statusLabel } from '../jobs/status-icon.tsx';
import { useSettings } from '../state/settings.ts';
import { ChevronIcon } from '../ui/icons.tsx';
import { shortName } from '../ui/short-name.ts';
import { clock, duration, shortDay } from '../ui/time.ts';
import { useNow } from '../ui/use-now.ts';
import type { Part, PartKind } from './part.ts';
import type { Span } from './span.ts';

export const WORDS: Readonly<Record<PartKind, string>> = { attempt: 'Attempt', step: 'Step', task: 'Task' };

interface PartRowProps {
  readonly part: Part;
  readonly level: number;
  /** When it ran, beside the others. */
  readonly span: Span | undefined;
  /** Null: there is nothing to open. */
  readonly isOpen: boolean | null;
  readonly isChosen: boolean;
  readonly isReachable: boolean;
  readonly onFocus: () => void;
  readonly onToggle: () => void;
  readonly onChoose: (add: boolean) => void;
}

export function PartRow(props: PartRowProps): ReactNode {
  const { part, level, span, isOpen, isChosen, isReachable, onFocus, onToggle, onChoose } = props;
  const { zone } = useSettings();
  const now = useNow();
  const name = partName(part, zone);
  const { status, nativeStatus } = part.row;
  return (
    <li
      role="treeitem"
      data-part={part.id}
      className={`part part-level-${Math.min(level, 4)}${isChosen ? ' part-chosen' : ''}`}
      aria-level={level}
      aria-selected={isChosen}
      aria-expanded={isOpen ?? undefined}
      aria-label={`${name}, ${part.kind}, ${statusLabel(status)}`}
      tabIndex={isReachable ? 0 : -1}
      title={`${part.kind} ${part.key}${nativeStatus === null ? '' : `, ${nativeStatus}`}`}
      onFocus={onFocus}
      onClick={(event) => {
        onChoose(event.shiftKey || event.ctrlKey || event.metaKey);
      }}
    >
      <span
        className={isOpen === null ? 'part-toggle' : 'part-toggle part-can-open'}
        onClick={(event) => {
          if (isOpen === null) return;
          event.stopPropagation();
          onToggle();
        }}
      >
        {isOpen !== null && <ChevronIcon />}
      </span>
      {status === 'UNKNOWN' ? <span className="part-dot" /> : <StatusIcon status={status} named />}
      <span className="part-name">{name}</span>
      {span !== undefined && (
        <span className="part-track" aria-hidden="true">
          <span
            className={`part-span part-span-${status.toLowerCase()}`}
            style={{ left: `${span.left}%`, width: `${span.width}%` }}
          />
        </span>
      )}
      <span className="part-duration">{durationOf(part, now)}</span>
    </li>
  );
}

/** An attempt without a number is told apart by when it began. */
export function partName({ kind, name, key, row }: Part, zone: 'local' | 'utc'): string {
  if (name !== null) return shortName(name) === name ? name : `${WORDS[kind]} ${shortName(name)}`;
  const begun = row.startedAt ?? row.createdAt;
  return begun === null ? key : `${shortDay(begun, zone)}, ${clock(begun, zone).slice(0, 8)}`;
}

function durationOf({ row: { startedAt, finishedAt, status } }: Part, now: number): string {
  if (startedAt === null) return '';
  if (finishedAt !== null) return duration(startedAt, Date.parse(finishedAt));
  return status === 'RUNNING' ? duration(startedAt, now) : '';
}
