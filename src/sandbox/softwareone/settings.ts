import { NO_DOUBTS } from '../doubts.ts';
import type { Doubts } from '../doubts.ts';
import type { ErrorShape } from './problem.ts';

/** What is not known about the service, as switches; tests turn them while it runs. */
export interface SoftwareOneSettings extends Omit<Doubts, 'more'> {
  /** Page size when none is asked for. Documentation says 10 in one place and 1000 in another. */
  defaultLimit: number;
  /** Larger pages are cut to this, and the answer says so. */
  maxLimit: number;
  /** Does `$meta.pagination.total` say how many there are? Else it is null. */
  totals: boolean;
  errorShape: ErrorShape;
  /** Paths of logs (`*`: all) that can't be filtered: 400. */
  unfilterable: readonly string[];
  /** Paths of logs (`*`: all) that can't be ordered by: 400. */
  unorderable: readonly string[];
  /** The same for tasks. */
  unfilterableTasks: readonly string[];
  unorderableTasks: readonly string[];
  /** Operators of filters that the service does not know: 400. */
  unknownOperators: readonly string[];
  /** Is text compared as a linguistic collation does, for which a letter with a combining mark is another letter? */
  composesText: boolean;
  /** Filters are accepted and have no effect. */
  ignoresFilters: boolean;
  /** `ge` and `le` leave out what is equal. */
  excludesBounds: boolean;
  /** `order` is accepted and has no effect. */
  ignoresOrder: boolean;
  /** Only the first key of `order` has an effect. */
  ignoresSecondOrder: boolean;
  /** Are lists streamed to who asks for it (`MPT-Streaming: true`)? Else the header has no effect. No connector asks. */
  streams: boolean;
  /** Retention: lines before that time are gone, milliseconds. */
  keptSince: number;
  /** The status of a task that waits: the schema has the one, prose the other. */
  queuedAs: 'Queued' | 'Blocked';
  /** Is an `eta` written with a space between date and time, as in the documentation's sample? */
  etaWithSpace: boolean;
}

export const DEFAULT_SETTINGS: SoftwareOneSettings = {
  ...NO_DOUBTS,
  defaultLimit: 10,
  maxLimit: 100,
  totals: true,
  errorShape: 'object',
  unfilterable: [],
  unorderable: [],
  unfilterableTasks: [],
  unorderableTasks: [],
  unknownOperators: [],
  composesText: false,
  ignoresFilters: false,
  excludesBounds: false,
  ignoresOrder: false,
  ignoresSecondOrder: false,
  streams: false,
  keptSince: -Infinity,
  queuedAs: 'Queued',
  etaWithSpace: true,
};

/** Writes an `eta` as the service is set to. */
export function etaWriter(settings: SoftwareOneSettings): (milliseconds: number) => string {
  return (milliseconds) => {
    const text = new Date(milliseconds).toISOString();
    return settings.etaWithSpace ? text.replace('T', ' ') : text;
  };
}
