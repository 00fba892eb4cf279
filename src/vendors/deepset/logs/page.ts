import type { Call } from '../../../domain/call.ts';
import { hasCode, TributaryError } from '../../../domain/errors.ts';
import type { SourceHttp } from '../../../http/client.ts';
import type { Ladder } from '../../../pagination/core/ladder.ts';
import type { AfterClock } from '../../../pagination/time-keyset/after-clock.ts';
import type { PageCap } from '../../../pagination/time-keyset/page-cap.ts';
import type { Unplaced } from '../../../pagination/core/partition.ts';
import type { TimePage, TimeRequest } from '../../../pagination/time-keyset/list.ts';
import { afterText } from './after.ts';
import type { PipelinePlace } from '../keys.ts';
import { cutRows, sizeOf, withStandIns } from '../../shared/rows.ts';
import type { Rows } from '../../shared/rows.ts';
import { rowOf, standInRow } from './row.ts';
import type { LogRow } from './row.ts';
import { filterText } from '../pushdown/odata.ts';
import type { Comparison } from '../pushdown/odata.ts';
import { readLogs } from '../api.ts';
import { pipelineExists } from '../jobs.ts';
import { FilterRefused } from '../pushdown/refusals.ts';
import type { Vocabulary } from '../pushdown/vocabulary.ts';
import { hasMore } from '../wire.ts';
import type { WirePipelineLogs } from '../wire.ts';

/** The largest `limit` that the vendor takes; one more is a 422. */
export const LOG_LIMIT = 100;

/** Sizes of the first page of a read below that; 40 is for the 20 lines that clients ask for by default. */
export const LADDER: Ladder = { sizes: [25, 40, 60, 80], ahead: 20 };

/**
 * A page shows rows again that are known, and lines of one instant only as far as it reaches: with fewer rows it would get
 * nowhere. So many that are too large together are cut instead.
 */
export const LEAST_LIMIT = 4;

/** Search engines stop counting at this number by default: a total of just that says "at least". */
const SUSPECT_TOTAL = 10_000;

/** The log of one pipeline as the vendor pages it, under a filter that it applies. */
export interface NativeLog {
  readonly place: PipelinePlace;
  readonly comparisons: readonly Comparison[];
}

export interface NativeLogOptions {
  readonly http: SourceHttp;
  readonly vocabulary: Vocabulary;
  /** Per source: the clock of `after`. */
  readonly clock: AfterClock;
  /** Per source: how many lines a page has. */
  readonly cap: PageCap;
}

/**
 * One native page. Throws `FilterRefused` where the vendor does not take the filter, and NOT_FOUND only
 * where there is no such pipeline: the vendor says 404 for a pipeline without logs, too.
 */
export async function fetchPage(
  { http, vocabulary }: NativeLogOptions,
  { place, comparisons }: NativeLog,
  { order, after, limit }: Pick<TimeRequest, 'order' | 'after' | 'limit'>,
  call: Call,
): Promise<TimePage<LogRow>> {
  try {
    const query = {
      filter: filterText(comparisons),
      limit,
      after: after === null ? undefined : afterText(after, order),
      order: order === 'ascending' ? 'ASC' : 'DESC',
    } as const;
    const { data, cutTo } = await readLogs(http, place, query, limit <= LEAST_LIMIT, call);
    for (const log of data.data) vocabulary.note(log.level ?? '', log.origin ?? '');
    return pageOf(data, cutTo, { source: http.source, order, limit, isWhole: after === null });
  } catch (error) {
    if (comparisons.length > 0 && isRefusal(error)) throw new FilterRefused(comparisons, error);
    if (!hasCode(error, 'NOT_FOUND') || !(await pipelineExists(http, place, call))) throw error;
    return { rows: [], more: false, total: after === null ? 0 : null };
  }
}

/** A request that the vendor calls invalid. */
export function isRefusal(error: unknown): boolean {
  return error instanceof TributaryError && (error.status === 400 || error.status === 422);
}

interface Asked extends Pick<TimeRequest, 'order' | 'limit'> {
  readonly source: string;
  readonly isWhole: boolean;
}

function pageOf(
  page: WirePipelineLogs,
  cutTo: number | null,
  { source, order, limit, isWhole }: Asked,
): TimePage<LogRow> {
  const more = hasMore(page, limit);
  const data = cutRows(page.data.map(rowOf), cutTo, (row) => row.logId);
  const rows: Rows<Unplaced<LogRow>> = { data, odd: page.odd };
  return {
    rows: withStandIns(rows, { source, order, isLast: !more, idOf: (row) => row.logId, standIn: standInRow }),
    more: page.has_more,
    total: isWhole ? totalOf(page, more) : null,
    lacksHints: page.has_more === null || page.total === null || page.total < sizeOf(page),
  };
}

/** The vendor's total where it can be believed: null when it is one, capped, or less than what is there. */
function totalOf(page: WirePipelineLogs, more: boolean): number | null {
  const { total } = page;
  if (total === null || total === SUSPECT_TOTAL) return null;
  return total < sizeOf(page) + (more ? 1 : 0) ? null : total;
}
