import { useSyncExternalStore } from 'react';
import type { JobStatus, LogFilter, LogSeverity } from '../graphql/generated/graphql.ts';

/** What the page shows. All of it is in the address, so links reproduce it, and back and forward work. */
export interface View {
  /** Global ids of the jobs whose lines are shown. */
  readonly jobs: readonly string[];
  /** More jobs are being picked: where there is room for one of them, the jobs are shown and not the log. */
  readonly picking: boolean;
  /** Narrows the list of jobs. */
  readonly find: string;
  readonly sources: readonly string[];
  readonly status: StatusGroup | null;
  /** Narrows the lines. */
  readonly level: LogSeverity | null;
  readonly text: string;
  readonly mode: TextMode;
  /** Lines with one of these texts are left out. */
  readonly hide: readonly string[];
  readonly since: string | null;
  readonly until: string | null;
  readonly attempts: readonly string[];
  readonly steps: readonly string[];
  readonly tasks: readonly string[];
  /** Global ids of parts: each job is narrowed to its own. */
  readonly parts: readonly string[];
  /** Of the jobs, those whose lines are shown; empty: all of them. */
  readonly only: readonly string[];
  /** The open line. */
  readonly line: string | null;
  /** Where the log begins to be shown: a time, or its first line; null: its end. */
  readonly at: string | null;
}

/** Any case, exact case, or an RE2 expression. */
export type TextMode = 'text' | 'case' | 'regex';
export type StatusGroup = 'active' | 'failed' | 'done';

export const FIRST_LINE = 'first';

export const STATUS_GROUPS: Readonly<Record<StatusGroup, readonly JobStatus[]>> = {
  active: ['QUEUED', 'RUNNING', 'PAUSED', 'CANCELLING', 'ACTIVE'],
  failed: ['FAILED', 'CANCELLED'],
  done: ['SUCCEEDED', 'INACTIVE'],
};

const LEVELS: readonly LogSeverity[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

function oneOf<T extends string>(values: readonly T[], text: string | null): T | null {
  return values.find((value) => value === text) ?? null;
}

function parseView(search: string): View {
  const parameters = new URLSearchParams(search);
  const text = (name: string): string | null => parameters.get(name) || null;
  return {
    jobs: [...new Set(parameters.getAll('job'))].filter((id) => id !== ''),
    picking: parameters.has('pick'),
    find: text('find') ?? '',
    sources: parameters.getAll('source'),
    status: oneOf<StatusGroup>(['active', 'failed', 'done'], text('status')),
    level: oneOf(LEVELS, text('level')),
    text: text('q') ?? '',
    mode: oneOf<TextMode>(['case', 'regex'], text('mode')) ?? 'text',
    hide: [...new Set(parameters.getAll('hide'))].filter((each) => each !== ''),
    since: text('since'),
    until: text('until'),
    attempts: parameters.getAll('attempt'),
    steps: parameters.getAll('step'),
    tasks: parameters.getAll('task'),
    parts: parameters.getAll('part'),
    only: parameters.getAll('only'),
    line: text('line'),
    at: text('at'),
  };
}

function printView(view: View): string {
  const parameters = new URLSearchParams();
  const add = (name: string, values: readonly (string | null)[]): void => {
    for (const value of values) if (value !== null && value !== '') parameters.append(name, value);
  };
  add('job', view.jobs);
  add('pick', [view.picking ? '1' : null]);
  add('find', [view.find]);
  add('source', view.sources);
  add('status', [view.status]);
  add('level', [view.level]);
  add('q', [view.text]);
  add('mode', [view.text === '' || view.mode === 'text' ? null : view.mode]);
  add('hide', view.hide);
  add('since', [view.since]);
  add('until', [view.until]);
  add('attempt', view.attempts);
  add('step', view.steps);
  add('task', view.tasks);
  add('part', view.parts);
  add('only', view.only);
  add('line', [view.line]);
  add('at', [view.at]);
  const text = parameters.toString();
  return text === '' ? location.pathname : `?${text}`;
}

/** The filter of lines as the graph takes it. */
export function logFilterOf(view: View): LogFilter {
  const { level, text, mode, hide, since, until, attempts, steps, tasks, parts } = view;
  return {
    ...(level === null ? {} : { minSeverity: level }),
    ...(text === '' ? {} : textFilter(text, mode)),
    ...(hide.length === 0 ? {} : { notContains: hide }),
    ...(since === null ? {} : { since }),
    ...(until === null ? {} : { until }),
    ...(attempts.length === 0 ? {} : { attemptIn: attempts }),
    ...(steps.length === 0 ? {} : { stepIn: steps }),
    ...(tasks.length === 0 ? {} : { taskIn: tasks }),
    ...(parts.length === 0 ? {} : { parts }),
  };
}

function textFilter(text: string, mode: TextMode): LogFilter {
  if (mode === 'case') return { contains: text };
  return { matches: mode === 'regex' ? text : `(?i)${escapeExpression(text)}` };
}

export function escapeExpression(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** The texts that are hidden when one more is. */
export function alsoHidden(text: string): readonly string[] {
  return [...new Set([...place.view.hide, text])];
}

/** The jobs whose lines are shown. */
export function shownJobs({ jobs, only }: Pick<View, 'jobs' | 'only'>): readonly string[] {
  const shown = jobs.filter((id) => only.includes(id));
  return shown.length === 0 ? jobs : shown;
}

/** True if the view hides lines. */
export function isFiltered(view: View): boolean {
  return Object.keys(logFilterOf(view)).length > 0 || shownJobs(view).length < view.jobs.length;
}

export const NO_LINE_FILTER = {
  level: null,
  text: '',
  hide: [],
  since: null,
  until: null,
  attempts: [],
  steps: [],
  tasks: [],
  parts: [],
  only: [],
} satisfies Partial<View>;

interface Place {
  readonly view: View;
  /** Changes when the log is to be read from `view.at` again, and not when only the open line changes. */
  readonly reading: number;
}

let place: Place = { view: parseView(location.search), reading: 0 };
const listeners = new Set<() => void>();

function arrive(view: View, readAgain: boolean): void {
  const lines = (of: View): string => JSON.stringify([shownJobs(of), logFilterOf(of)]);
  const changes = readAgain || lines(view) !== lines(place.view);
  place = { view, reading: place.reading + (changes ? 1 : 0) };
  for (const listener of listeners) listener();
}

addEventListener('popstate', () => {
  const view = parseView(location.search);
  arrive(view, view.at !== place.view.at || view.line !== place.view.line);
});

export interface Navigation {
  /** Change the entry of the history in place of adding one. */
  readonly replace?: boolean;
  /** Read the log from `at`, also when nothing else changes. */
  readonly readAgain?: boolean;
}

/** Goes to a view that differs from this one in what is given. */
export function navigate(change: Partial<View>, { replace = false, readAgain = false }: Navigation = {}): void {
  const view = { ...place.view, ...change };
  if (replace) history.replaceState(null, '', printView(view));
  else history.pushState(null, '', printView(view));
  arrive(view, readAgain);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, () => place);
}
