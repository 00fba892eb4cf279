import { hasStatus } from '../../../domain/errors.ts';
import type { Call } from '../../../domain/call.ts';
import type { Attempt } from '../../../domain/job.ts';
import type { Rows } from '../../shared/rows.ts';
import type { NemoApi } from '../api.ts';
import { isRouteAbsent, noSuchJob } from '../errors.ts';
import { jobKey } from '../keys.ts';
import { JobLoader } from './loader.ts';
import type { JobPath } from '../keys.ts';
import { attemptsFromSteps, attemptsOf, beganAt, stepsOf, tasksOf } from '../parts.ts';
import type { AttemptWire, JobWire, StatusTreeWire } from '../wire.ts';

/** Most jobs whose attempts are remembered. */
const MOST_REMEMBERED = 1_000;

export type JobReader = ReturnType<typeof createJobReader>;

/** Reads jobs and their parts. Each API call is made once per operation or poll. */
export function createJobReader(source: string, api: NemoApi) {
  const owner = {};
  /** Whether the vendor has attempt routes. Never changes once known, because it is a property of the deployment. */
  let attemptRoutes: boolean | null = null;
  let refusesAttempts = false;
  let probing: Promise<unknown> | null = null;
  /** Attempts before the current one no longer change. */
  const upTo = new Map<string, readonly Attempt[]>();

  function once<T>(kind: string, { workspace, name }: JobPath, call: Call, load: () => Promise<T>): Promise<T> {
    return call.scoped(owner, `${kind} ${jobKey(workspace, name)}`, load);
  }

  const jobs = new JobLoader(api);

  /** Null: there is no such job. */
  function job(place: JobPath, call: Call): Promise<JobWire | null> {
    return jobs.load(place, call);
  }

  function tree(place: JobPath, call: Call): Promise<StatusTreeWire> {
    return once('status', place, call, () => api.statusTree(place, call));
  }

  /** The tree does not name its attempt, so the job is read too. */
  async function currentTree(place: JobPath, call: Call): Promise<{ tree: StatusTreeWire; attempt: string | null }> {
    const attempt = job(place, call).then(
      (wire) => wire?.attempt_id ?? null,
      () => null,
    );
    return { tree: await tree(place, call), attempt: await attempt };
  }

  /** The attempts by their routes; null: there are no such routes. The first caller finds out for all. */
  async function routedAttempts(place: JobPath, call: Call): Promise<Rows<AttemptWire> | null> {
    if (attemptRoutes === null && probing !== null) await probing;
    if (attemptRoutes === false) return null;
    const asked = api.attempts(place, call);
    if (attemptRoutes === null) {
      probing = asked.catch(() => undefined).finally(() => (probing = null));
    }
    try {
      const wires = await asked;
      attemptRoutes = true;
      return wires;
    } catch (error) {
      if (!hasStatus(error, 404, 405) || attemptRoutes === true) throw error;
      if (isRouteAbsent(error)) attemptRoutes = false;
      return null;
    }
  }

  /** The attempts up to `current`. They may come from memory, so only their start times are reliable. */
  async function attemptsUpTo(place: JobPath, current: string, call: Call): Promise<readonly Attempt[]> {
    const name = JSON.stringify([place.workspace, place.name, current]);
    const known = upTo.get(name);
    if (known !== undefined) return known;
    const listed = await listAttempts(place, call);
    const attempts = listed.filter(({ unreadable }) => unreadable === undefined);
    const last = attempts.at(-1);
    // When there is only one attempt, no caller needs to know when it began.
    if (last?.key === current && (attempts.length === 1 || beganAt(last) !== null)) remember(name, attempts);
    return attempts;
  }

  function remember(name: string, attempts: readonly Attempt[]): void {
    upTo.set(name, attempts);
    const [oldest] = upTo.keys();
    if (upTo.size > MOST_REMEMBERED && oldest !== undefined) upTo.delete(oldest);
  }

  async function listAttempts(place: JobPath, call: Call): Promise<readonly Attempt[]> {
    const routed = await routedAttempts(place, call);
    if (routed !== null) return attemptsOf(routed);
    const [wire, steps] = await Promise.all([job(place, call), api.steps(place, call)]);
    if (wire === null) throw noSuchJob(source, jobKey(place.workspace, place.name));
    // The job exists, so the route is missing.
    attemptRoutes ??= false;
    return attemptsFromSteps(wire, steps);
  }

  return {
    job,
    /** Stores a job that another request has returned. */
    keep(place: JobPath, wire: JobWire, call: Call) {
      jobs.keep(place, wire, call);
    },
    attemptsUpTo,
    attempts: (place: JobPath, call: Call) => once('attempts', place, call, () => listAttempts(place, call)),
    steps: async (place: JobPath, call: Call) => {
      const { tree, attempt } = await currentTree(place, call);
      return stepsOf(tree, attempt);
    },
    tasks: async (place: JobPath, call: Call) => {
      const { tree, attempt } = await currentTree(place, call);
      return tasksOf(tree, attempt);
    },
    /** True if a log call can name any attempt: once the vendor is known to have attempt routes, until it refuses. */
    namesAttempts: () => attemptRoutes === true && !refusesAttempts,
    /** Records that the vendor refused the id of an attempt in a log call. */
    refuseAttempts: () => void (refusesAttempts = true),
  };
}
