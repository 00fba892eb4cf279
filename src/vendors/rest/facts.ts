import type { JobStatus } from '../../domain/status.ts';
import { SEVERITY_FLOOR, severityNumberOfWord } from '../../domain/severity.ts';
import type { LogSeverity } from '../../domain/severity.ts';

/** The meaning of common words, in lower case and without punctuation. The configuration takes precedence. */
const STATUS: Readonly<Record<string, JobStatus>> = {
  queued: 'QUEUED',
  created: 'QUEUED',
  pending: 'QUEUED',
  waiting: 'QUEUED',
  scheduled: 'QUEUED',
  running: 'RUNNING',
  started: 'RUNNING',
  inprogress: 'RUNNING',
  active: 'RUNNING',
  paused: 'PAUSED',
  suspended: 'PAUSED',
  cancelling: 'CANCELLING',
  canceling: 'CANCELLING',
  cancelled: 'CANCELLED',
  canceled: 'CANCELLED',
  aborted: 'CANCELLED',
  success: 'SUCCEEDED',
  succeeded: 'SUCCEEDED',
  successful: 'SUCCEEDED',
  completed: 'SUCCEEDED',
  complete: 'SUCCEEDED',
  finished: 'SUCCEEDED',
  done: 'SUCCEEDED',
  failed: 'FAILED',
  failure: 'FAILED',
  error: 'FAILED',
  timedout: 'FAILED',
};

/** Looks up the status of a word, ignoring case; UNKNOWN for a word in neither table. */
export function statusTable(own: Readonly<Record<string, JobStatus>>): (native: string | null) => JobStatus {
  const table = new Map(Object.entries(own).map(([word, status]) => [word.toLowerCase(), status]));
  const usual = new Map(Object.entries(STATUS));
  return (native) => {
    const word = native?.toLowerCase() ?? '';
    return table.get(word) ?? usual.get(word.replace(/[\s_-]/g, '')) ?? 'UNKNOWN';
  };
}

/** Looks up the severity number of a word, ignoring case; 0 for an unknown word. */
export function severityTable(own: Readonly<Record<string, LogSeverity>>): (word: string) => number {
  const table = new Map(Object.entries(own).map(([word, severity]) => [word.toLowerCase(), SEVERITY_FLOOR[severity]]));
  return (word) => table.get(word.toLowerCase()) ?? severityNumberOfWord(word);
}

/** The formats of times, and the nanoseconds of one tick of each. */
export const TIME_FORMATS = {
  'date-time': 1_000n,
  seconds: 1_000_000_000n,
  milliseconds: 1_000_000n,
  microseconds: 1_000n,
  nanoseconds: 1n,
} as const;

export type TimeFormat = keyof typeof TIME_FORMATS;
