import { hasStatus } from '../../../domain/errors.ts';
import type { Call } from '../../../domain/call.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import type { Batch, Partition, ReadRequest } from '../../../pagination/core/partition.ts';
import { EmptyPromise } from '../../../pagination/core/empty-promise.ts';
import type { PageSizes } from '../../../pagination/core/page-size.ts';
import { readOn, Through } from '../../../pagination/core/read-on.ts';
import { timeKeysetPartition } from '../../../pagination/time-keyset/time-keyset.ts';
import type { TimePage } from '../../../pagination/time-keyset/list.ts';
import type { PipelinePlace } from '../keys.ts';
import type { LogRow } from '../../shared/entries.ts';
import { fetchPage, LADDER, LEAST_LIMIT } from './page.ts';
import type { NativeLogOptions } from './page.ts';
import { filterText } from '../pushdown/odata.ts';
import type { Comparison, FilterField } from '../pushdown/odata.ts';
import { largestAllowed } from '../pushdown/pushdown.ts';
import type { Condition } from '../pushdown/pushdown.ts';
import { FilterRefused } from '../pushdown/refusals.ts';
import type { RefusedFields } from '../pushdown/refusals.ts';
import { keepRows } from '../../../pagination/core/hinted-rows.ts';

export interface LogPartitionOptions extends NativeLogOptions {
  /** Per source: the filters that it has refused. */
  readonly refusals: RefusedFields;
  readonly place: PipelinePlace;
  /** The page sizes of the logs. */
  readonly sizes: PageSizes;
  /** The conditions to push down. Those that the vendor refuses are applied here to each batch. */
  readonly conditions: readonly Condition[];
}

/** The log of a pipeline, filtered by the vendor as far as possible, and here once the vendor refuses. */
export function logPartition(options: LogPartitionOptions): Partition<LogEntry> {
  return {
    key: '',
    read: (request, call) => read(options, request, call),
    async count(call) {
      const { native, local } = split(options);
      if (local.length > 0) return null;
      try {
        return await native.count(call);
      } catch (error) {
        if (!(error instanceof FilterRefused)) throw error;
        return null;
      }
    },
  };
}

function read(
  options: LogPartitionOptions,
  request: ReadRequest<LogEntry>,
  call: Call,
): AsyncGenerator<Batch<LogEntry>, void, undefined> {
  const suspected: (readonly FilterField[])[] = [];
  let parts = split(options);
  const batches = readOn<LogEntry, LogRow>(
    request,
    (again) => {
      parts = split(options);
      return parts.native.read(again, call);
    },
    (error) => {
      if (error instanceof FilterRefused) {
        suspected.push(error.fields);
        options.refusals.add(error.fields);
        return true;
      }
      // The request was refused without a filter too, so the filter was not the cause.
      if (hasStatus(error, 400, 422)) for (const fields of suspected) options.refusals.remove(fields);
      return false;
    },
  );
  return new Through<LogRow, LogEntry>(() => batches, {
    batch: (batch) => (parts.local.length === 0 ? batch : filterBatch(batch, parts.local)),
  });
}

/** The current split between conditions for the vendor and conditions applied here. */
function split(options: LogPartitionOptions): { native: Partition<LogRow>; local: readonly Condition[] } {
  const { conditions, refusals } = options;
  const pushed = largestAllowed(conditions, refusals);
  return { native: nativePartition(options, pushed), local: conditions.filter((one) => !pushed.includes(one)) };
}

function nativePartition(options: LogPartitionOptions, pushed: readonly Condition[]): Partition<LogRow> {
  const { place, http } = options;
  const promise = new EmptyPromise();
  const totalsOf = (call: Call): Map<string, Promise<number | null>> =>
    call.scoped(http, 'log totals', () => new Map<string, Promise<number | null>>());
  const totalKey = JSON.stringify([place.workspace, place.name, filterText(pushed) ?? '']);

  function fetch(
    order: 'ascending' | 'descending',
    after: bigint | null,
    limit: number,
    comparisons: readonly Comparison[],
    call: Call,
  ): Promise<TimePage<LogRow>> {
    const page = fetchPage(options, { place, comparisons }, { order, after, limit }, call);
    if (after !== null || comparisons !== pushed) return page;
    const seen = page.then(async (answer) => {
      const { rows, total } = answer;
      promise.see({ count: rows.length, total, more: await hidesRows(answer, order, call) });
      return answer;
    });
    const total = seen.then((answer) => answer.total);
    // A counting caller gets this failure; a reading caller gets it from the page.
    total.catch(() => null);
    totalsOf(call).set(totalKey, total);
    return seen;
  }

  /**
   * The vendor may claim that more follows even after the last row, and so even for a log without rows. Without a
   * count, reading the log from its other end shows whether it has rows.
   */
  async function hidesRows(page: TimePage<LogRow>, order: 'ascending' | 'descending', call: Call): Promise<boolean> {
    if (page.rows.length > 0 || page.more !== true || page.total !== null) return false;
    const other = order === 'ascending' ? 'descending' : 'ascending';
    const request = { order: other, after: null, limit: LEAST_LIMIT } as const;
    const { rows } = await fetchPage(options, { place, comparisons: pushed }, request, call);
    return rows.length > 0;
  }

  const native = timeKeysetPartition<LogRow>({
    key: '',
    size: options.sizes.of(JSON.stringify([place.workspace, place.name])),
    cap: options.cap,
    ladder: LADDER,
    identity: { by: 'id', of: (row) => row.logId },
    clock: options.clock,
    fetch: ({ order, after, within, limit }, call) =>
      fetch(order, after, limit, within === null ? pushed : classOf(options, pushed, within), call),
    get classes() {
      return [...classesOf(options, pushed).keys()];
    },
  });
  const partition = promise.checked(native);
  return { ...partition, count: (call) => totalsOf(call).get(totalKey) ?? partition.count(call) };
}

/**
 * The classes that split an instant with more lines than two pages reach: every known or seen pair of origin and level,
 * as far as the vendor filters by them. Levels are free text, so a word that first appears inside such an instant is in
 * no class; then the reader reports SOURCE_TRUNCATED.
 */
function classesOf(
  { refusals, vocabulary }: LogPartitionOptions,
  pushed: readonly Condition[],
): ReadonlyMap<string, readonly Comparison[]> {
  const valuesOf = (field: FilterField): Comparison[] => {
    const fixed = pushed.filter((condition) => condition.field === field);
    if (fixed.length > 0) return fixed;
    return (field === 'level' ? vocabulary.levels : vocabulary.origins).map((value) => ({ field, value }));
  };
  const fixed = pushed.map(({ field }) => field);
  const choices: (readonly FilterField[])[] = [['level', 'origin'], ['level'], ['origin']];
  const fields =
    choices.find((choice) => fixed.every((field) => choice.includes(field)) && refusals.allow(choice)) ?? fixed;
  let classes: Comparison[][] = [[]];
  for (const field of fields) classes = classes.flatMap((one) => valuesOf(field).map((value) => [...one, value]));
  return new Map(classes.map((comparisons) => [filterText(comparisons) ?? '', comparisons]));
}

function classOf(options: LogPartitionOptions, pushed: readonly Condition[], within: string): readonly Comparison[] {
  return classesOf(options, pushed).get(within) ?? pushed;
}

function filterBatch(batch: Batch<LogRow>, conditions: readonly Condition[]): Batch<LogEntry> {
  return keepRows(batch, (row) => conditions.every((condition) => condition.matches(row)));
}
