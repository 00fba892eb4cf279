import type { Call } from '../../../domain/call.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import { EmptyPromise } from '../../../pagination/core/empty-promise.ts';
import { offsetCounts } from '../../../pagination/offset/counts.ts';
import { offsetPartition } from '../../../pagination/offset/offset.ts';
import type { Batch, Partition, ReadRequest, RowCounts } from '../../../pagination/core/partition.ts';
import { readOn } from '../../../pagination/core/read-on.ts';
import { isRefusal } from '../abilities.ts';
import { LADDER } from '../facts.ts';
import type { SourceContext } from '../context.ts';
import { LogPages } from './pages.ts';
import type { TaskLog } from './pages.ts';
import { NANOSECONDS_PER_MILLISECOND } from '../rql.ts';
import type { LogRow } from '../../shared/entries.ts';
import { canGoOn } from './order-not-kept.ts';
import { hintInto, hintsInto, keepRows } from '../../../pagination/core/hinted-rows.ts';

/**
 * The log of one task as a partition. The severity filter always applies: the vendor applies it, or else the partition
 * does. If the source turns out to ignore or refuse part of a request, the read continues another way from its last row.
 */
export function logPartition(key: string, context: SourceContext, log: TaskLog): Partition<LogEntry> {
  return {
    key,
    read: (request, call) => read(key, context, log, request, call),
    count: (call) => count(context, log, call),
  };
}

async function* read(
  key: string,
  context: SourceContext,
  log: TaskLog,
  request: ReadRequest<LogEntry>,
  call: Call,
): AsyncGenerator<Batch<LogEntry>, void, undefined> {
  const pages = new LogPages(context, log);
  const promise = new EmptyPromise();
  let { losses } = context.abilities;
  const batches = readOn(
    { ...request, hint: hintInto(pages.listName, request.hint) },
    (again) => {
      ({ losses } = context.abilities);
      return promise.checked(nativePartition(key, context, pages, promise)).read(again, call);
    },
    (error, isClean) => {
      if (canGoOn(error, context.abilities, losses, isClean)) return true;
      throw cleared(error, context, pages);
    },
  );
  for await (const batch of batches) yield withOmitted(allowed(hintsInto(pages.listName, batch), log), pages);
}

/** The count of rows that pass the filter; null if the vendor cannot count them. */
async function count(context: SourceContext, log: TaskLog, call: Call): Promise<number | null> {
  const { abilities } = context;
  const isLocal = (): boolean => log.severity !== null && !abilities.can('logs of severities');
  if (isLocal()) return null;
  const pages = new LogPages(context, log);
  for (;;) {
    const losses = abilities.losses;
    try {
      const total = await pages.count(call);
      return isLocal() ? null : total;
    } catch (error) {
      if (!canGoOn(error, abilities, losses, true)) throw cleared(error, context, pages);
    }
  }
}

/** Counts lines by time; null where the source turned out not to bound or filter them. */
export function countsOfLog(context: SourceContext, log: TaskLog): RowCounts {
  const { abilities } = context;
  const isAble = (): boolean =>
    abilities.can('logs within times') && (log.severity === null || abilities.can('logs of severities'));
  const native = offsetCounts<LogRow>({
    tick: NANOSECONDS_PER_MILLISECOND,
    orders: ['descending'],
    passes: ({ severity }) => log.severity?.allows(severity.text) ?? true,
    // Pages of their own: what is read to be counted says nothing about the order of the log.
    fetch: (request, call) => new LogPages(context, log).fetch(request, call),
  });
  async function ifAble(count: () => Promise<number | null>): Promise<number | null> {
    if (!isAble()) return null;
    const counted = await count();
    return isAble() ? counted : null;
  }
  return {
    tick: native.tick,
    within: (span, call) => ifAble(() => native.within(span, call)),
    proven: (span, call) => ifAble(() => native.proven(span, call)),
  };
}

function nativePartition(
  key: string,
  { http }: SourceContext,
  pages: LogPages,
  promise: EmptyPromise,
): Partition<LogRow> {
  return offsetPartition<LogRow>({
    key,
    source: http.source,
    size: pages.size,
    ladder: LADDER,
    identity: { by: 'id', of: (row) => row.logId },
    get orders() {
      return pages.can('logs by time') ? (['ascending', 'descending'] as const) : (['descending'] as const);
    },
    tieOrdered: () => pages.can('logs by time and id'),
    timeFilter: () => pages.can('logs within times'),
    async fetch(request, call) {
      const page = await pages.fetch(request, call);
      const isFirst = request.offset === 0 && request.since === undefined && request.upTo === undefined;
      const count = page.rows.length;
      // The page is also lost if it is empty although the count goes further.
      const isLost = count === 0 && (page.total ?? 0) > request.offset;
      if (isFirst || isLost) promise.see({ count, total: page.total });
      return page;
    },
  });
}

/** The source refused even a request without optional parts, so the capabilities that this log marked as lost were not to blame. */
function cleared(error: unknown, { abilities }: SourceContext, pages: LogPages): unknown {
  if (isRefusal(error)) abilities.restore(pages.lost);
  return error;
}

/** The batch, with what the source has left out of its lines. */
function withOmitted(batch: Batch<LogEntry>, pages: LogPages): Batch<LogEntry> {
  const omitted = pages.takeOmitted();
  if (omitted.length === 0 || batch.truncated !== undefined) return batch;
  return { ...batch, truncated: `the source leaves parts of its lines out: ${omitted.join(', ')}` };
}

/** The batch without the rows that the vendor should have filtered out. */
function allowed(batch: Batch<LogRow>, { severity }: TaskLog): Batch<LogRow> {
  return severity === null ? batch : keepRows(batch, (row) => severity.allows(row.severity.text));
}
