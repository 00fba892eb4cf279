import type { JobSelection } from '../choose/job-selection.ts';
import { complaintOf } from '../output/complaint.ts';
import type { TailEvent } from '../graph/follow.ts';
import { followGroup, followJoining } from '../graph/follow-joining.ts';
import type { Followed } from '../graph/follow-joining.ts';
import { JobStatusDocument } from '../graph/generated/graphql.ts';
import type { Graph } from '../graph/graph.ts';
import { MOST_CHOSEN, withJobs } from '../graph/with-jobs.ts';
import type { JobsAtHand } from '../graph/with-jobs.ts';
import { shellWord } from '../options/shell-word.ts';
import { formatJob } from '../../domain/job-reference.ts';
import { filterOf } from '../options/log-options.ts';
import type { LogOptions } from '../options/log-options.ts';
import { lineFormOf } from '../show/lines.ts';
import type { LineForm, LineOptions } from '../show/lines.ts';
import { recordOf } from '../show/record-of-line.ts';
import { EXIT, INTERRUPTED, TERMINATED } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JobRef } from '../../domain/job.ts';
import { unlessAborted } from '../../domain/unless-aborted.ts';

export interface TailOptions extends LogOptions, LineOptions {
  /** Number of lines to begin with. */
  readonly lines?: number | undefined;
  /** Resume after this cursor instead. */
  readonly after?: string | undefined;
  /** True: exit with failure if a job has failed. */
  readonly exitStatus?: boolean | undefined;
}

const DEFAULT_LINES = 10;
/** How often to search for new jobs, in milliseconds. */
const LOOK_INTERVAL = 5_000;

/**
 * Prints the last lines of jobs and then new lines as they arrive, until the jobs are finished or the process is
 * stopped.
 */
export async function tail(
  selection: JobSelection,
  options: TailOptions,
  surroundings: Surroundings,
  lookInterval = LOOK_INTERVAL,
): Promise<number> {
  const { isOpen } = selection;
  return withJobs(selection, { ...options, mayBeNone: isOpen }, surroundings, async (atHand) => {
    const { jobs, graph, complainAbout } = atHand;
    const { stop } = surroundings;
    const filter = filterOf(options);
    const form = lineFormOf(options, { jobs, filter, isEndless: true, mayJoin: isOpen }, surroundings);
    if (jobs.length === 0) surroundings.complain('No job fits yet. Waiting for one; Ctrl+C ends it.\n');
    const first = { jobs, filter, tail: options.lines ?? DEFAULT_LINES, after: options.after };
    const cursors = new Map<Followed, string>();
    const followed = new Map(jobs.map((job) => [formatJob(job), job]));
    const events = follow(first, selection, atHand, followed, surroundings, lookInterval);
    if (form.head !== '') await surroundings.print(form.head);
    try {
      while (!stop.aborted) {
        // A stop request ends the wait for the next event.
        const next = await unlessAborted(events.next(), stop);
        if (next === null || next.done === true) break;
        const { of, event } = next.value;
        for (const text of formatEvent(event, form)) await surroundings.print(text);
        cursors.set(of, event.cursor);
        const notice = noticeOf(event, isOpen ? of.jobs : []);
        if (notice !== null) surroundings.complain(`${notice}\n`);
        if (event.__typename === 'LogStreamStatus' && event.failure !== null) await complainAbout([event.failure]);
      }
    } finally {
      // Do not await: a generator that waits for its source ends only after its signal is aborted. Its result does not
      // matter.
      events.return().catch(() => undefined);
    }
    if (stop.reason === INTERRUPTED || stop.reason === TERMINATED) tellWhereToGoOn(cursors, isOpen, surroundings);
    if (stop.reason === INTERRUPTED) return EXIT.interrupted;
    if (options.exitStatus !== true || stop.aborted) return EXIT.done;
    const failed = await failedAmong([...followed.values()], graph);
    for (const each of failed) surroundings.complain(`${formatJob(each)} has failed.\n`);
    surroundings.printedWhole?.();
    return failed.length === 0 ? EXIT.done : EXIT.failed;
  });
}

/** Follows the jobs and, for an open selection, jobs that match later. Adds those to `followed`. */
function follow(
  first: Followed,
  selection: JobSelection,
  { graph }: JobsAtHand,
  followed: Map<string, JobRef>,
  { complain, stop }: Surroundings,
  interval: number,
): ReturnType<typeof followGroup> {
  const onBreak = (message: string): void => {
    complain(`${message} Going on from there.\n`);
  };
  if (!selection.isOpen) return followGroup(graph, first, { signal: stop, onBreak });
  const look = async (): Promise<readonly JobRef[]> => {
    // Ignore a failed search: the next one may succeed.
    const { jobs } = await selection.find(graph).catch(() => ({ jobs: [] }));
    const joining = jobs.filter((job) => !followed.has(formatJob(job))).slice(0, MOST_CHOSEN - followed.size);
    for (const { source, key } of joining) followed.set(formatJob({ source, key }), { source, key });
    if (joining.length > 0) complain(`Joined: ${joining.map(formatJob).join(', ')}\n`);
    if (joining.length > 0 && followed.size === MOST_CHOSEN)
      complain(`No more than ${MOST_CHOSEN} jobs are followed.\n`);
    return joining;
  };
  const onLost = (jobs: readonly JobRef[], error: unknown): void => {
    const said = error instanceof TributaryError ? complaintOf(error) : 'The stream broke off.\n';
    complain(`${jobs.map(formatJob).join(', ')}: ${said}`);
  };
  return followJoining(graph, first, { signal: stop, onBreak, look, onLost, interval });
}

/** Prints how to resume. Each subscription has its own cursor, so each is printed with its jobs. */
function tellWhereToGoOn(
  cursors: ReadonlyMap<Followed, string>,
  isOpen: boolean,
  { complain }: Pick<Surroundings, 'complain'>,
): void {
  for (const [{ jobs }, cursor] of cursors) {
    const named = isOpen ? `tail ${jobs.map((job) => shellWord(formatJob(job))).join(' ')} ` : '';
    complain(`Go on with ${named}--after ${cursor}\n`);
  }
}

async function failedAmong(jobs: readonly JobRef[], graph: Graph): Promise<readonly JobRef[]> {
  const found = await Promise.all(jobs.map(async ({ source, key }) => graph.run(JobStatusDocument, { source, key })));
  return jobs.filter((_, index) => found[index]?.job?.status === 'FAILED');
}

function formatEvent(event: TailEvent, form: LineForm): readonly string[] {
  return event.__typename === 'LogBatch' ? event.edges.map(({ node }) => form.line(recordOf(node))) : [];
}

/** A notice for people in addition to the lines, or null. */
function noticeOf(event: TailEvent, jobs: readonly JobRef[]): string | null {
  const whose = jobs.length === 0 ? 'The stream' : `The stream of ${jobs.map(formatJob).join(', ')}`;
  if (event.__typename === 'LogStreamEnd') return `${whose} has ended: ${event.reason}.`;
  if (event.__typename === 'LogStreamStatus' || event.dropped === null) return null;
  return `${event.dropped.count ?? 'Some'} entries are missing: ${event.dropped.reason}.`;
}
