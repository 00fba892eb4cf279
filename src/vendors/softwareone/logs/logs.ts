import type { Call } from '../../../domain/call.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import { offsetPartition } from '../../../pagination/offset/offset.ts';
import type { Batch, Hint, Partition, ReadRequest } from '../../../pagination/core/partition.ts';
import { readOn } from '../../../pagination/core/read-on.ts';
import { isRefusal } from '../abilities.ts';
import { LADDER } from '../facts.ts';
import type { SourceContext } from '../context.ts';
import { LogPages } from './pages.ts';
import type { TaskLog } from './pages.ts';
import type { LogRow } from '../mapping.ts';
import { canGoOn } from './out-of-order.ts';

/**
 * The log of one task as a partition. It applies the log's severity filter in any case: the vendor does,
 * or else it is done here. When the source turns out not to do what was asked of it, the read goes on in
 * another way from the row where it was.
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
  let { losses } = context.abilities;
  const batches = readOn(
    { ...request, hint: hintWithin(pages.listName, request.hint) },
    (again) => {
      ({ losses } = context.abilities);
      return nativePartition(key, context, pages).read(again, call);
    },
    (error, isClean) => {
      if (canGoOn(error, context.abilities, losses, isClean)) return true;
      throw cleared(error, context, pages);
    },
  );
  for await (const batch of batches) yield allowed(named(pages.listName, batch), log);
}

/**
 * Null when the vendor can't be had to count what the filter lets through.
 */
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

function nativePartition(key: string, { http }: SourceContext, pages: LogPages): Partition<LogRow> {
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
    fetch: (request, call) => pages.fetch(request, call),
  });
}

/** Refused with nothing asked that could be refused: what this log made the source lose was not to blame. */
function cleared(error: unknown, { abilities }: SourceContext, pages: LogPages): unknown {
  if (isRefusal(error)) abilities.restore(pages.lost);
  return error;
}

/** Hints name places in one list: which one, stands before them. */
function named(list: string, batch: Batch<LogRow>): Batch<LogRow> {
  return { ...batch, hints: batch.hints.map((hint) => (hint === null ? null : [list, hint])) };
}

/** The hint of a place in that list; null for one of another list. */
function hintWithin(list: string, hint: Hint | null): Hint | null {
  return Array.isArray(hint) && hint.length === 2 && hint[0] === list ? ((hint as readonly Hint[])[1] ?? null) : null;
}

/** The batch without rows that the vendor should have left out. */
function allowed(batch: Batch<LogRow>, { severity }: TaskLog): Batch<LogRow> {
  if (severity === null || batch.rows.every((row) => severity.allows(row.severity.text))) return batch;
  const kept = batch.rows.map((row) => severity.allows(row.severity.text));
  return {
    ...batch,
    rows: batch.rows.filter((_, index) => kept[index]),
    hints: batch.hints.filter((_, index) => kept[index]),
  };
}
