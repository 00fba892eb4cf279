import { totalSaid } from '../doubts.ts';
import type { SandboxReply } from '../types.ts';
import { listedSchedule } from './jobs.ts';
import type { SapJob, SapSchedule } from './jobs.ts';
import { wholeNumber } from './numbers.ts';
import { notFound, refusal } from './replies.ts';
import type { RunList } from './run-list.ts';
import type { SapRun } from './runs.ts';
import { DEFAULT_PAGE, MAX_RUNS } from './settings.ts';
import type { SapSettings } from './settings.ts';
import { runTime } from './timestamps.ts';

/** The bounds of a page of runs. */
interface PageBounds {
  readonly start: number;
  readonly end: number;
}

/** GET …/runs: pages by offset, and by run id if the dialect supports it. */
export function listRuns(
  settings: SapSettings,
  job: SapJob,
  schedule: SapSchedule,
  query: URLSearchParams,
): SandboxReply {
  const { runs } = schedule;
  if (runs.size === 0 && settings.emptyRuns === 'not-found') return notFound(settings, 'No run logs found');
  const bounds = boundsOf(settings, runs, query);
  if ('status' in bounds) return bounds;
  const { start, end } = bounds;
  const results: SapRun[] = [];
  for (let index = start; index < Math.min(end, runs.size); index += 1) {
    const run = runs.at(settings.order === 'newest-first' ? runs.size - 1 - index : index);
    if (run !== undefined) results.push(run);
  }
  const size = end - start;
  const isLast = start + results.length >= runs.size;
  const links = settings.cursors ? linksOf(settings, job, schedule, { results, size, before: start > 0, isLast }) : {};
  const total = totalSaid(settings.total, { all: runs.size, start, onPage: results.length });
  return { status: 200, body: { total, results: results.map(runBody), ...links } };
}

function boundsOf(settings: SapSettings, runs: RunList, query: URLSearchParams): PageBounds | SandboxReply {
  const sent = wholeNumber(query, 'page_size', 1);
  const offset = wholeNumber(query, 'offset', 0);
  if (sent === null && settings.badPageSize === 'refused') {
    return refusal(400, 'Error while fetching run logs: Invalid Page Size');
  }
  if (offset === null) return refusal(400, 'Error while fetching run logs: Invalid Offset');
  const id = settings.cursors ? (query.get('next') ?? query.get('prev')) : null;
  if (id !== null && offset !== undefined && settings.cursorWithOffset === 'refused') {
    return refusal(400, 'Error while fetching run logs: Invalid query');
  }
  const cursor = offset !== undefined && settings.cursorWithOffset === 'offset' ? null : id;
  const unsaid = offset === undefined && cursor === null ? MAX_RUNS : DEFAULT_PAGE;
  const size = Math.min(sent ?? unsaid, settings.runsPerPage);
  if (cursor !== null && settings.ignores !== 'cursors' && settings.ignores !== 'both') {
    const index = nativeIndex(runs, cursor, settings);
    if (index === -1) return notFound(settings, 'Run log not found');
    if (query.has('next')) return lastAgain(settings, runs, { start: index + 1, end: index + 1 + size });
    return { start: Math.max(0, index - size), end: index };
  }
  const ignored = cursor !== null || settings.ignores === 'offsets' || settings.ignores === 'both';
  const start = ignored ? 0 : Math.max(0, (offset ?? settings.firstOffset) - settings.firstOffset);
  return lastAgain(settings, runs, { start, end: start + size });
}

function lastAgain({ behindTheEnd }: SapSettings, runs: RunList, bounds: PageBounds): PageBounds {
  if (behindTheEnd === 'empty' || bounds.start < runs.size) return bounds;
  return { start: Math.max(0, runs.size - (bounds.end - bounds.start)), end: runs.size };
}

/** GET …/runs/{runId}. */
export function getRun(settings: SapSettings, schedule: SapSchedule, runId: string): SandboxReply {
  const run = schedule.runs.at(schedule.runs.placeOf(runId));
  return run === undefined ? notFound(settings, 'Run log not found') : { status: 200, body: runBody(run) };
}

/** GET …/schedules/{scheduleId}: with at most 200 of its newest runs, if requested. */
export function getSchedule(settings: SapSettings, schedule: SapSchedule, query: URLSearchParams): SandboxReply {
  const body = listedSchedule(schedule);
  if (query.get('displayLogs') !== 'true') return { status: 200, body };
  const { runs } = schedule;
  const shown = Array.from({ length: Math.min(MAX_RUNS, runs.size) }, (_, place) => runs.at(runs.size - 1 - place));
  const logs = shown.flatMap((run) =>
    run === undefined ? [] : [{ ...runBody(run), statusMessage: '', locale: null }],
  );
  return { status: 200, body: { ...body, logs: settings.order === 'newest-first' ? logs : logs.reverse() } };
}

function nativeIndex(runs: RunList, runId: string, settings: SapSettings): number {
  const place = runs.placeOf(runId);
  return place === -1 || settings.order === 'oldest-first' ? place : runs.size - 1 - place;
}

interface ShownPage {
  readonly results: readonly SapRun[];
  readonly size: number;
  readonly before: boolean;
  readonly isLast: boolean;
}

/** A link is only present if there are rows in that direction. */
function linksOf(
  { links }: SapSettings,
  job: SapJob,
  schedule: SapSchedule,
  { results, size, before, isLast }: ShownPage,
): Record<string, string> {
  const first = results[0];
  const last = results.at(-1);
  const base = `/scheduler/jobs/${job.id}/schedules/${schedule.scheduleId}/runs?page_size=${size}`;
  if (links === 'never') return {};
  return {
    ...(last !== undefined && (!isLast || links === 'always') ? { next_url: `${base}&next=${last.runId}` } : {}),
    ...(first !== undefined && (before || links === 'always') ? { prev_url: `${base}&prev=${first.runId}` } : {}),
  };
}

function runBody(run: SapRun): Record<string, unknown> {
  return {
    runId: run.runId,
    runText: run.runText,
    httpStatus: run.httpStatus,
    executionTimestamp: run.executed === null ? null : runTime(run.executed),
    runStatus: run.runStatus,
    runState: run.runState,
    scheduleTimestamp: runTime(run.scheduled),
    completionTimestamp: run.completed === null ? null : runTime(run.completed),
  };
}
