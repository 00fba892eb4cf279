import { CANARY } from '../acceptance/faults/table.ts';
import type { Ground } from './ground.ts';
import type { Listener } from './listener.ts';
import type { Asking } from './questions.ts';
import type { Trouble } from './trouble.ts';
import { quantile } from './watch.ts';
import type { Sample, Watch } from './watch.ts';

/** What a soak has seen. */
export interface SoakReport {
  readonly milliseconds: number;
  readonly seed: number;
  readonly ground: Ground;
  readonly rows: readonly { readonly listener: Listener; readonly written: number }[];
  readonly asking: Asking;
  readonly trouble: Trouble;
  /** Of the replica that was there all the time. */
  readonly watch: Watch;
  readonly before: Sample;
  readonly after: Sample;
  readonly leftovers: readonly string[];
  /** What the replicas have written to standard error. */
  readonly logs: readonly string[];
}

/** Connections to vendors and to Redis that are kept for the next call. */
const KEPT_FILES = 24;
/** How much more may be held at the end than in the middle: garbage that was not collected at the time is in it. */
const GROWTH = { factor: 1.25, bytes: 16 * 2 ** 20 };
const MEGABYTE = 2 ** 20;

interface Totals {
  readonly written: number;
  readonly received: number;
  readonly lost: number;
  readonly repeated: number;
  readonly resumed: number;
}

function totals({ ground, rows }: SoakReport): Totals {
  const sum = (of: (row: SoakReport['rows'][number]) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return {
    written: ground.jobs.reduce((all, { written }) => all + written, 0),
    received: sum(({ listener }) => listener.received),
    lost: sum(({ listener, written }) => listener.lostAndRepeated(written)[0]),
    repeated: sum(({ listener, written }) => listener.lostAndRepeated(written)[1]),
    resumed: rows.filter(({ listener }, index) => listener.visits > index + 1).length,
  };
}

/** What must not be; empty when all is well. */
export function complaints(report: SoakReport): readonly string[] {
  const { rows, asking, watch, before, after, leftovers, logs, ground } = report;
  const { lost, repeated } = totals(report);
  const found: string[] = [...new Set(asking.wrong), ...leftovers];
  if (lost > 0) found.push(`${lost} lines were lost`);
  // Repeated lines are allowed only if a listener was told that lines may come again.
  if (repeated > 0 && rows.every(({ listener }) => listener.warned === 0)) found.push(`${repeated} lines came again`);
  const dropped = rows.filter(({ listener }) => listener.dropped > 0).length;
  if (dropped > 0) found.push(`${dropped} listeners were told of lines that are missing`);
  const [middle, end] = [watch.leastHeap(0.4, 0.6), watch.leastHeap(0.8, 1)];
  if (end > middle * GROWTH.factor + GROWTH.bytes) {
    found.push(`memory grows: ${megabytes(middle)} in the middle, ${megabytes(end)} at the end`);
  }
  if (after.openFiles > before.openFiles + KEPT_FILES) {
    found.push(`${before.openFiles} files were open before, ${after.openFiles} are after it`);
  }
  const secrets = [CANARY, ...ground.vendors.flatMap((vendor) => vendor.secrets())];
  for (const log of logs) {
    if (/"level":(?:50|60)/.test(log)) found.push(`a log has ${/.*"level":(?:50|60).*/.exec(log)?.[0] ?? ''}`);
    if (secrets.some((secret) => log.includes(secret))) found.push('a log has what leads to a vendor');
  }
  return found;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / MEGABYTE)} MB`;

/** Markdown, for docs/operations.md. */
export function figures(report: SoakReport): string {
  const { milliseconds, seed, rows, asking, trouble, watch, before, after } = report;
  const { written, received, lost, repeated, resumed } = totals(report);
  const resident = watch.samples.map(({ residentBytes }) => residentBytes);
  const codes = [...asking.codes].sort(([a], [b]) => a.localeCompare(b)).map(([code, count]) => `${code} ${count}`);
  const faults = [...trouble.happened.values()].reduce((sum, each) => sum + each, 0);
  const table: readonly (readonly [what: string, figure: string])[] = [
    ['time, seed', `${Math.round(milliseconds / 1_000)} s, ${seed}`],
    ['listeners; those that went on at another replica or came again', `${rows.length}; ${resumed}`],
    ['lines written; delivered', `${written}; ${received}`],
    ['lines lost; that came again', `${lost}; ${repeated}`],
    ['faults of vendors', `${faults} of ${trouble.happened.size} kinds`],
    ['questions; by code', `${asking.milliseconds.length}; ${codes.join(', ')}`],
    [
      'time of a question, p50, p99',
      `${quantile(asking.milliseconds, 0.5)} ms, ${quantile(asking.milliseconds, 0.99)} ms`,
    ],
    [
      'time of `/health/live`, p50, p99, most',
      `${quantile(watch.delays, 0.5)} ms, ${quantile(watch.delays, 0.99)} ms, ${quantile(watch.delays, 1)} ms`,
    ],
    [
      'heap: before, in the middle, at the end',
      [before.heapBytes, watch.leastHeap(0.4, 0.6), watch.leastHeap(0.8, 1)].map(megabytes).join(', '),
    ],
    ['resident memory: p50, most', [quantile(resident, 0.5), Math.max(...resident)].map(megabytes).join(', ')],
    ['open files: before, after', `${before.openFiles}, ${after.openFiles}`],
    ['handles: before, after', `${before.handles}, ${after.handles}`],
  ];
  return ['| | |', '| --- | --- |', ...table.map(([what, figure]) => `| ${what} | ${figure} |`)].join('\n');
}
