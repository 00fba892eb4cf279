/** Where a list of lines stands when it is opened. */
import type { View } from '../state/view.ts';
import type { LogLine } from './line.ts';
import type { LogSnapshot, LogWindow } from './log-window.ts';

export interface Placement {
  /** A line that begins near the top, or an end of what has come. */
  readonly to: number | 'first' | 'last';
  /** Lines that are still being read do not change it. */
  readonly isFinal: boolean;
}

type Opened = Pick<LogSnapshot, 'lines' | 'older' | 'newer' | 'target'>;

/**
 * The open line, or the first line of the time that was jumped to, whichever of the lines around it come first. Without them:
 * the end of a log, unless it is read from its first line on. Null: nothing has come.
 */
export function placementOf(
  { lines, older, newer, target }: Opened,
  view: Pick<View, 'line'>,
  begins: LogWindow['begins'],
): Placement | null {
  if (lines.length === 0) return null;
  const isFinal = older.state !== 'loading' && newer.state !== 'loading';
  for (const wanted of [view.line, target]) {
    const index = wanted === null ? -1 : lines.findIndex(({ id }) => id === wanted);
    if (index !== -1) return { to: index, isFinal };
  }
  return { to: begins === 'start' ? 'first' : 'last', isFinal: isFinal || begins === 'end' };
}

/** Lines of one instant may be more than a page: then the open line is among those that follow. */
export function mayFollow({ lines, newer }: Opened, { line, at }: Pick<View, 'line' | 'at'>): boolean {
  const last = lines.at(-1);
  if (line === null || last === undefined || newer.state !== 'more') return false;
  return timeOf(last) === at && lines.every(({ id }) => id !== line);
}

export const timeOf = ({ placedAt, timestamp }: LogLine): string => placedAt ?? timestamp;
