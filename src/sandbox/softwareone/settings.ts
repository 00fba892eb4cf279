import { NO_DOUBTS } from '../doubts.ts';
import type { Doubts } from '../doubts.ts';
import type { ErrorShape } from './problem.ts';

/** What is not known about the service, as switches; tests change them while it runs. */
export interface SoftwareOneSettings extends Omit<Doubts, 'more'> {
  /** Default page size. The documentation says 10 in one place and 1000 in another. */
  defaultLimit: number;
  /** Larger page sizes are reduced to this, which the answer reports. */
  maxLimit: number;
  /** True: `$meta.pagination.total` is the number of rows; otherwise it is null. */
  totals: boolean;
  errorShape: ErrorShape;
  /** Paths of logs (`*`: all) that cannot be filtered: 400. */
  unfilterable: readonly string[];
  /** Paths of logs (`*`: all) that cannot be ordered by: 400. */
  unorderable: readonly string[];
  /** The same for tasks. */
  unfilterableTasks: readonly string[];
  unorderableTasks: readonly string[];
  /** Filter operators that the service does not know: 400. */
  unknownOperators: readonly string[];
  /**
   * True: text is compared in composed form (NFC), as a linguistic collation does. A combining mark then changes the
   * letter before it.
   */
  composesText: boolean;
  /** True: filters are accepted without effect. */
  ignoresFilters: boolean;
  /** True: `ge` and `le` exclude equal values. */
  excludesBounds: boolean;
  /** True: `order` is accepted without effect. */
  ignoresOrder: boolean;
  /** True: only the first key of `order` has an effect. */
  ignoresSecondOrder: boolean;
  /**
   * True: lists are streamed on request (`MPT-Streaming: true`). Otherwise the header has no effect. No connector sends
   * it.
   */
  streams: boolean;
  /** Retention: earlier lines are gone, milliseconds. */
  keptSince: number;
  /** The status of a waiting task: the schema has one word, the prose the other. */
  queuedAs: 'Queued' | 'Blocked';
  /** True: an `eta` has a space between date and time, as in the documentation's sample. */
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

/** Formats an `eta` as configured. */
export function etaWriter(settings: SoftwareOneSettings): (milliseconds: number) => string {
  return (milliseconds) => {
    const text = new Date(milliseconds).toISOString();
    return settings.etaWithSpace ? text.replace('T', ' ') : text;
  };
}
