import type { Call } from '../../../domain/call.ts';
import { hasCode } from '../../../domain/errors.ts';
import type { Attempt } from '../../../domain/job.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { Ordered } from '../../../domain/ordered.ts';
import { EmptyPromise } from '../../../pagination/core/empty-promise.ts';
import { PageSize } from '../../../pagination/core/page-size.ts';
import type { PageSizes } from '../../../pagination/core/page-size.ts';
import type { Partition } from '../../../pagination/core/partition.ts';
import { recordKeysetPartition } from '../../../pagination/record-keyset/record-keyset.ts';
import type { KeyedRecord, KeysetRequest, ListOrder, NativePage } from '../../../pagination/record-keyset/list.ts';
import type { Reach } from '../../../pagination/record-keyset/scale.ts';
import { LostRows, NO_ODD_ROWS, readable } from '../../shared/rows.ts';
import type { JobDetails } from '../jobs/details.ts';
import { isCursorRefused } from './pages.ts';
import type { RunPage, RunPages } from './pages.ts';
import type { ScheduleRef } from '../api.ts';
import { LADDER } from '../facts.ts';
import { attemptRecord, logRecord, recordTimes } from './records.ts';
import type { PlacedRun, SingleRuns } from './singles.ts';
import type { NativeRun } from './wire.ts';

export interface RunPartitionParts {
  readonly pages: RunPages;
  readonly singles: SingleRuns;
  readonly details: JobDetails;
  readonly pageSize: number;
  /** The page sizes of the schedules' runs. */
  readonly sizes: PageSizes;
  /** How far from its run a line may be and still be placed by its own time, in nanoseconds. */
  readonly span: bigint;
}

/** A fifth of a native page: so many runs on either side of a run reach as far as its lines may lie. That costs no call. */
const PAGE_TO_NEIGHBOURS = 5;

type ToRecord<T extends Ordered> = (schedule: string, run: NativeRun) => KeyedRecord<T>;

/**
 * Creates one partition per schedule. Its key is always the schedule's id, even if only some runs are read, so that a
 * line has the same id on every path.
 */
export class RunPartitions {
  readonly #parts: RunPartitionParts;
  readonly #order: ListOrder = { newestFirst: null };

  constructor(parts: RunPartitionParts) {
    this.#parts = parts;
  }

  attempts(ref: ScheduleRef): Partition<Attempt> {
    return this.#paged(ref, false, this.#reachOfAttempts(), attemptRecord);
  }

  /** `named`: the client named the schedule. Then a missing schedule is NOT_FOUND; otherwise it has no lines. */
  logs(ref: ScheduleRef, named: boolean): Partition<LogEntry> {
    return this.#paged(ref, named, this.#reach(), logRecord);
  }

  /** The lines of certain runs of one schedule. Runs that it does not have are skipped. */
  logsOfRuns(ref: ScheduleRef, runIds: readonly string[], known: readonly PlacedRun[]): Partition<LogEntry> {
    const { singles, pageSize } = this.#parts;
    return recordKeysetPartition<LogEntry>({
      key: ref.schedule,
      order: { newestFirst: true },
      // Runs are requested one by one.
      size: new PageSize(pageSize),
      reach: this.#reach(),
      isCursorRefused: () => false,
      async fetch(request, _limit, call) {
        const asked = await Promise.all(runIds.map(async (runId) => singles.find(ref, runId, call)));
        const runs = [...known, ...asked.filter((found) => found !== null)].map(({ run }) => run);
        runs.sort(newestFirst);
        return pageOfAll(
          runs.map((run) => logRecord(ref.schedule, run)),
          request,
        );
      },
    });
  }

  #paged<T extends Ordered>(ref: ScheduleRef, named: boolean, reach: Reach, record: ToRecord<T>): Partition<T> {
    const { singles, sizes } = this.#parts;
    const lost = new LostRows();
    const promise = new EmptyPromise();
    const partition = recordKeysetPartition<T>({
      key: ref.schedule,
      order: this.#order,
      size: sizes.of(JSON.stringify([ref.job, ref.schedule])),
      ladder: LADDER,
      reach,
      isCursorRefused,
      fetch: async (request, limit, call) => {
        const page = await this.#page(ref, named, request, limit, call);
        singles.remember(ref, page.runs, call);
        const { runs, ...rest } = page;
        lost.note(rest.lost);
        const isFirst = request.kind === 'first' || (request.kind === 'offset' && request.offset === 0);
        if (isFirst) promise.see({ ...rest, count: runs.length + rest.lost.length });
        return { ...rest, records: runs.map((run) => record(ref.schedule, run)) };
      },
    });
    return readable(promise.checked(partition), lost);
  }

  /** Lines: from a span before the invocation to one after it, where that is at most a span after the scheduling. */
  #reach(): Reach {
    const { span } = this.#parts;
    return { before: span, after: 2n * span, records: this.#neighbours() };
  }

  /** The reach of attempts, which are placed at their invocation. */
  #reachOfAttempts(): Reach {
    return { before: 0n, after: this.#parts.span, records: this.#neighbours() };
  }

  #neighbours(): number {
    return Math.ceil(this.#parts.pageSize / PAGE_TO_NEIGHBOURS);
  }

  /**
   * The newer documentation suggests that a schedule that never ran may answer 404. So a 404 is checked against the
   * job's schedules (which throws NOT_FOUND if the job is missing).
   */
  async #page(ref: ScheduleRef, named: boolean, request: KeysetRequest, limit: number, call: Call): Promise<RunPage> {
    const { pages, details } = this.#parts;
    try {
      return await pages.fetch(ref, request, limit, call);
    } catch (error) {
      if (request.kind === 'after' || request.kind === 'before' || !hasCode(error, 'NOT_FOUND')) throw error;
      const schedules = await details.schedules(ref.job, call);
      if (named && !schedules.some(({ scheduleId }) => scheduleId === ref.schedule)) throw error;
      return { runs: [], total: 0, more: false, moreBefore: false, cursors: true, lost: NO_ODD_ROWS };
    }
  }
}

function newestFirst(a: NativeRun, b: NativeRun): number {
  const [timeA, timeB] = [recordTimes(a).latest, recordTimes(b).latest];
  if (timeA === timeB) return a.runId < b.runId ? 1 : -1;
  return timeA < timeB ? 1 : -1;
}

/** Answers a request from a complete list as the vendor would. */
function pageOfAll<T extends Ordered>(records: readonly KeyedRecord<T>[], request: KeysetRequest): NativePage<T> {
  const at =
    request.kind === 'after' || request.kind === 'before' ? records.findIndex(({ id }) => id === request.id) : 0;
  if (request.kind === 'offset') return whole(records.slice(request.offset), records.length);
  if (request.kind === 'first' || at === -1) return { ...whole(records, records.length), cursors: false };
  return whole(request.kind === 'after' ? records.slice(at + 1) : records.slice(0, at), records.length);
}

function whole<T extends Ordered>(records: readonly KeyedRecord<T>[], total: number): NativePage<T> {
  return { records, total, more: false, moreBefore: false, cursors: true };
}
