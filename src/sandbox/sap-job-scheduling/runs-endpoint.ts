import type { SandboxReply } from '../types.ts';
import type { SapJob, SapSchedule } from './jobs.ts';
import { wholeNumber } from './numbers.ts';
import { refusal } from './replies.ts';
import type { RunList } from './run-list.ts';
import type { SapRun } from './runs.ts';
import { DEFAULT_PAGE, MAX_RUNS } from './settings.ts';
import type { SapSettings } from './settings.ts';
import { runTime } from './timestamps.ts';

/** GET …/runs: pages by offset, and by run id where the dialect has it. */
export function listRuns(
  settings: SapSettings,
  job: SapJob,
  schedule: SapSchedule,
  query: URLSearchParams,
): SandboxReply {
  const { runs } = schedule;
  if (runs.size === 0 && settings.emptyRuns === 'not-found') return refusal(404, 'No run logs found');
  const asked = wholeNumber(query, 'page_size', 1);
  const offset = wholeNumber(query, 'offset', 0);
  if (asked === null) return refusal(400, 'Error while fetching run logs: Invalid Page Size');
  if (offset === null) return refusal(400, 'Error while fetching run logs: Invalid Offset');
  const cursor = settings.cursors ? (query.get('next') ?? query.get('prev')) : null;
  const unsaid = offset === undefined && cursor === null ? MAX_RUNS : DEFAULT_PAGE;
  const size = Math.min(asked ?? unsaid, MAX_RUNS);
  let start = Math.max(0, (offset ?? settings.firstOffset) - settings.firstOffset);
  let end = start + size;
  if (cursor !== null) {
    const index = nativeIndex(runs, cursor, settings);
    if (index === -1) return refusal(404, 'Run log not found');
    [start, end] = query.has('next') ? [index + 1, index + 1 + size] : [Math.max(0, index - size), index];
  }
  const results: SapRun[] = [];
  for (let index = start; index < Math.min(end, runs.size); index += 1) {
    const run = runs.at(settings.newestFirst ? runs.size - 1 - index : index);
    if (run !== undefined) results.push(run);
  }
  const links = settings.cursors ? linksOf(job, schedule, results, size, start > 0, start + results.length) : {};
  return { status: 200, body: { total: runs.size, results: results.map(runBody), ...links } };
}

/** GET …/runs/{runId}. */
export function getRun(schedule: SapSchedule, runId: string): SandboxReply {
  const run = schedule.runs.at(schedule.runs.placeOf(runId));
  return run === undefined ? refusal(404, 'Run log not found') : { status: 200, body: runBody(run) };
}

function nativeIndex(runs: RunList, runId: string, settings: SapSettings): number {
  const place = runs.placeOf(runId);
  return place === -1 || !settings.newestFirst ? place : runs.size - 1 - place;
}

/** A link is there only when something lies behind it. */
function linksOf(
  job: SapJob,
  schedule: SapSchedule,
  results: readonly SapRun[],
  size: number,
  before: boolean,
  end: number,
): Record<string, string> {
  const first = results[0];
  const last = results.at(-1);
  const base = `/scheduler/jobs/${job.id}/schedules/${schedule.scheduleId}/runs?page_size=${size}`;
  return {
    ...(last !== undefined && end < schedule.runs.size ? { next_url: `${base}&next=${last.runId}` } : {}),
    ...(first !== undefined && before ? { prev_url: `${base}&prev=${first.runId}` } : {}),
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
