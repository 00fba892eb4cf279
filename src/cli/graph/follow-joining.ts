import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { follow } from './follow.ts';
import type { FollowSettings, TailEvent } from './follow.ts';
import type { LineFilter } from '../../federation/api.ts';
import type { Graph } from './graph.ts';
import { idsOf } from './job-ids.ts';
import type { JobRef } from '../../domain/job.ts';

/** Jobs that one subscription follows. Its cursors belong to all of them together. */
export interface Followed {
  readonly jobs: readonly JobRef[];
  readonly filter: LineFilter;
  readonly tail: number;
  readonly after?: string | undefined;
}

export interface GroupEvent {
  readonly of: Followed;
  readonly event: TailEvent;
}

/** Follows jobs until they are finished. */
export async function* followGroup(
  graph: Graph,
  of: Followed,
  settings: FollowSettings,
): AsyncGenerator<GroupEvent, void, undefined> {
  const { jobs, ...how } = of;
  for await (const event of follow(graph, { ...how, jobs: await idsOf(jobs, graph) }, settings)) yield { of, event };
}

interface JoiningSettings extends FollowSettings {
  /** Searches for jobs that join now. */
  readonly look: () => Promise<readonly JobRef[]>;
  /** Called when the subscription of jobs that joined fails. The other subscriptions go on. */
  readonly onLost: (jobs: readonly JobRef[], error: unknown) => void;
  /** Milliseconds between searches. */
  readonly interval: number;
}

/**
 * Follows jobs, and jobs that join later, until the signal is aborted. Each group of jobs has a separate subscription.
 * Reads events no faster than the caller consumes them.
 */
export async function* followJoining(
  graph: Graph,
  first: Followed,
  { look, onLost, interval, ...settings }: JoiningSettings,
): AsyncGenerator<GroupEvent, void, undefined> {
  const { signal } = settings;
  const taken = new PassThrough({ objectMode: true, highWaterMark: 1, signal });
  // Every group may wait for `drain`, so the number of listeners is not limited.
  taken.setMaxListeners(0);
  const pump = async (of: Followed): Promise<void> => {
    for await (const each of followGroup(graph, of, settings)) {
      if (!taken.write(each)) await once(taken, 'drain', { signal });
    }
  };
  const watch = async (): Promise<void> => {
    // Ends when the signal is aborted, because `wait` then throws.
    for (;;) {
      await wait(interval, undefined, { signal });
      const jobs = await look();
      if (jobs.length === 0) continue;
      pump({ ...first, after: undefined, tail: JOINED_LINES, jobs }).catch((error: unknown) => {
        if (!signal.aborted) onLost(jobs, error);
      });
    }
  };
  const fail = (error: unknown): void => {
    taken.destroy(error instanceof Error ? error : new Error(String(error)));
  };
  if (first.jobs.length > 0) pump(first).catch(fail);
  watch().catch(fail);
  for await (const each of taken) yield each as GroupEvent;
}

/** Number of lines to begin with for jobs that join later. */
const JOINED_LINES = 100;
