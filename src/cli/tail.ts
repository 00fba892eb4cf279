import { follow } from './graph/follow.ts';
import type { TailEvent } from './graph/follow.ts';
import { JobStatusDocument } from './graph/generated/graphql.ts';
import type { Graph } from './graph/graph.ts';
import { idsOf } from './graph/job-ids.ts';
import { withJobs } from './graph/with-jobs.ts';
import { formatJob } from './job-reference.ts';
import { formatLine, formatRecord } from './line.ts';
import { filterOf } from './log-options.ts';
import type { LogSelection } from './log-options.ts';
import { EXIT, INTERRUPTED, TERMINATED } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import type { JobRef } from '../domain/job.ts';
import { unlessAborted } from '../domain/unless-aborted.ts';

export interface TailOptions extends LogSelection {
  /** How many entries to begin with. */
  readonly lines?: number | undefined;
  /** Go on behind this cursor instead. */
  readonly after?: string | undefined;
  /** Fail when a job has failed. */
  readonly exitStatus?: boolean | undefined;
}

const DEFAULT_LINES = 10;

/** Prints the last entries of jobs and then new ones as they come, until the jobs are finished or it is stopped. */
export async function tail(jobs: readonly JobRef[], options: TailOptions, surroundings: Surroundings): Promise<number> {
  return withJobs(jobs, options, surroundings, async (graph, complainAbout) => {
    const asked = {
      jobs: await idsOf(jobs, graph),
      tail: options.lines ?? DEFAULT_LINES,
      after: options.after,
      filter: filterOf(options),
    };
    let cursor: string | null = null;
    const events = follow(graph, asked, {
      signal: surroundings.stop,
      onBreak: (message) => {
        surroundings.complain(`${message} Going on from there.\n`);
      },
    });
    const format = (event: TailEvent): readonly string[] => formatEvent(event, jobs.length > 1, options.json === true);
    try {
      while (!surroundings.stop.aborted) {
        // Waiting for the next event must not outlive the wish to stop.
        const next = await unlessAborted(events.next(), surroundings.stop);
        if (next === null || next.done === true) break;
        for (const text of format(next.value)) await surroundings.print(text);
        ({ cursor } = next.value);
        const notice = noticeOf(next.value);
        if (notice !== null) surroundings.complain(`${notice}\n`);
        if (next.value.__typename === 'LogStreamStatus' && next.value.failure !== null)
          await complainAbout([next.value.failure]);
      }
    } finally {
      // Not awaited: a generator that waits for its source ends when the call's signal does. How it ends is no news.
      events.return().catch(() => undefined);
    }
    const why: unknown = surroundings.stop.reason;
    if ((why === INTERRUPTED || why === TERMINATED) && cursor !== null)
      surroundings.complain(`Go on with --after ${cursor}\n`);
    if (why === INTERRUPTED) return EXIT.interrupted;
    if (options.exitStatus !== true || surroundings.stop.aborted) return EXIT.done;
    const failed = await failedAmong(jobs, graph);
    for (const each of failed) surroundings.complain(`${formatJob(each)} has failed.\n`);
    return failed.length === 0 ? EXIT.done : EXIT.failed;
  });
}

async function failedAmong(jobs: readonly JobRef[], graph: Graph): Promise<readonly JobRef[]> {
  const found = await Promise.all(jobs.map(async ({ source, key }) => graph.run(JobStatusDocument, { source, key })));
  return jobs.filter((_, index) => found[index]?.job?.status === 'FAILED');
}

function formatEvent(event: TailEvent, showJob: boolean, json: boolean): readonly string[] {
  if (event.__typename !== 'LogBatch') return [];
  return event.edges.map(({ node }) => (json ? formatRecord(node) : formatLine(node, showJob)));
}

/** What a person should know beside the lines; null when there is nothing. */
function noticeOf(event: TailEvent): string | null {
  if (event.__typename === 'LogStreamEnd') return `The stream has ended: ${event.reason}.`;
  if (event.__typename === 'LogStreamStatus' || event.dropped === null) return null;
  return `${event.dropped.count ?? 'Some'} entries are missing: ${event.dropped.reason}.`;
}
