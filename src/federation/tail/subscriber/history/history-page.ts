import { createCall } from '../../../../domain/call.ts';
import type { Asker } from '../../../../domain/call.ts';
import { TributaryError } from '../../../../domain/errors.ts';
import type { LogEntry } from '../../../../domain/log-entry.ts';
import type { LogFilter } from '../../../../domain/log-filter.ts';
import type { Span } from '../../../../domain/span.ts';
import type { CursorState, MergedPosition } from '../../../cursor/position.ts';
import type { SourceScope } from '../../../api.ts';
import { mayRecover } from '../../../failures.ts';
import { logSlots } from '../../../logs/slots.ts';
import type { ResolvedScope } from '../../../logs/slots.ts';
import { positionIn } from '../../../merge/slot.ts';
import { readMergedPage } from '../../../merge/page.ts';
import type { MergedPage } from '../../../merge/page.ts';
import type { MergedRow } from '../../../merge/lane.ts';
import { shownLine } from '../events/delivery.ts';
import type { Delivery, Dropped } from '../events/delivery.ts';
import { positionBefore } from '../place/job-place.ts';

/** How to read the past of a subscription. */
export interface HistoryQuery {
  /** The filter of each job that its vendor may apply. */
  readonly filterOf: (scope: SourceScope) => LogFilter;
  /** Half-open time bounds, nanoseconds. */
  readonly since: bigint | null;
  readonly before: bigint | null;
  /** Native pages that one page may read per partition. */
  readonly maxScanPages: number;
  /** The subscription, as the caller that takes turns. */
  readonly asker: Asker;
  readonly authorization: string | null;
  /** The trace span of the subscription. */
  readonly span: Span;
  readonly signal: AbortSignal;
}

/** A page of the past of some jobs, which are identified by their indexes in the subscription. */
export interface HistoryPage {
  /** In time order. */
  readonly lines: readonly Delivery[];
  /** Where to read on; null: where the page began. */
  readonly place: CursorState | null;
  readonly more: boolean;
  readonly dropped: Dropped | null;
  /** Jobs whose source did not answer: their lines are still to come. */
  readonly failed: ReadonlySet<number>;
  /** How long to wait before calling the failed sources again; null if none of them says. */
  readonly retryAfterSeconds: number | null;
  /** True if the source refuses to read on from here, and a retry will not help. */
  readonly isRefused: boolean;
}

/** The reason for a gap if the pagination refuses to look for lines. */
export const REFUSED = 'the source does not allow reading that far back';

/** Reads up to `size` lines after `from`, or the last lines if it is null. Throws failures that a retry cannot fix. */
export async function readHistoryPage(
  scopes: ReadonlyMap<number, ResolvedScope>,
  from: CursorState | null,
  size: number,
  query: HistoryQuery,
): Promise<HistoryPage> {
  // A new call for each page: what one page caches must not hide what the next one would see.
  const { signal, authorization, asker, span } = query;
  const call = createCall({ signal, authorization, asker, span, priority: 'poll' });
  const { slots, accept } = await logSlots(scopes, query.filterOf, true, call);
  const { since, before, maxScanPages } = query;
  const direction = from === null ? 'backward' : 'forward';
  const page = await readMergedPage(
    { slots, accept, direction, from, until: null, since, before, need: size, size, maxScanPages },
    mayRecover,
    call,
  );
  const lines = page.rows.map((merged) => deliveryOf(merged, scopes));
  if (from === null) lines.reverse();
  const failures = page.failures.filter(({ partial }) => !partial);
  const refused = failures.filter(({ error }) => isTruncated(error));
  const failed = new Set(failures.filter(({ error }) => !isTruncated(error)).map(({ slot }) => slot.scope));
  const hopeless = failures.find(({ error }) => !isTruncated(error) && !mayRecover(error));
  if (hopeless !== undefined && scopes.size === 1) throw hopeless.error;
  const retries = failures.map(({ error }) => (error instanceof TributaryError ? (error.retryAfterSeconds ?? 0) : 0));
  const longest = Math.max(0, ...retries);
  return {
    lines,
    place: page.continueFrom,
    more: page.more,
    dropped: droppedOf(page, from, lines, size, scopes),
    failed,
    retryAfterSeconds: longest === 0 ? null : longest,
    isRefused: refused.length > 0 && failed.size === 0,
  };
}

function deliveryOf({ row, slot }: MergedRow<LogEntry>, scopes: ReadonlyMap<number, ResolvedScope>): Delivery {
  const scope = scopeOf(slot.scope, scopes);
  return { ...shownLine(scope, slot.partition.key, row), position: positionIn(slot, row) };
}

/** The lines that the page leaves out because they are out of reach. All of them lie between the ends of the page. */
function droppedOf(
  { failures, more, continueFrom }: MergedPage<LogEntry>,
  from: CursorState | null,
  lines: readonly Delivery[],
  size: number,
  scopes: ReadonlyMap<number, ResolvedScope>,
): Dropped | null {
  const reasons = new Set(
    failures
      .filter(({ partial, error }) => partial || isTruncated(error))
      .map(({ slot, error }) => `${scopeOf(slot.scope, scopes).source.name}: ${reasonOf(error)}`),
  );
  if (reasons.size === 0) return null;
  const first = lines.length < size ? null : (lines[0]?.position ?? null);
  return {
    count: null,
    reason: [...reasons].join('; '),
    after: from === null ? first : leastOf(from),
    before: from !== null && more ? (continueFrom?.position ?? null) : null,
  };
}

/** The position after which all lines of the page lie. */
function leastOf({ position, marks }: CursorState): MergedPosition {
  const least = marks.reduce((min, { at }) => (at !== undefined && at.time < min ? at.time : min), position.time);
  return least === position.time ? position : positionBefore(least);
}

function isTruncated(error: unknown): boolean {
  return error instanceof TributaryError && error.code === 'SOURCE_TRUNCATED';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'some entries are out of reach';
}

function scopeOf(index: number, scopes: ReadonlyMap<number, ResolvedScope>): ResolvedScope {
  const found = scopes.get(index);
  if (found === undefined) throw new RangeError(`There is no scope ${index}.`);
  return found;
}
