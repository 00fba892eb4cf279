import type { Call } from '../../../domain/call.ts';
import { hasCode, hasStatus } from '../../../domain/errors.ts';
import type { SourceHttp } from '../../../http/client.ts';
import type { Ladder } from '../../../pagination/core/ladder.ts';
import type { AfterClock } from '../../../pagination/time-keyset/after-clock.ts';
import type { PageCap } from '../../../pagination/time-keyset/page-cap.ts';
import type { TimePage, TimeRequest } from '../../../pagination/time-keyset/list.ts';
import { afterText } from './after.ts';
import type { PipelinePlace } from '../keys.ts';
import { sizeOf } from '../../shared/rows.ts';
import { rowOf } from './row.ts';
import { logRows } from '../../shared/entries.ts';
import type { LogRow } from '../../shared/entries.ts';
import { filterText } from '../pushdown/odata.ts';
import type { Comparison } from '../pushdown/odata.ts';
import { readLogs } from '../api.ts';
import { pipelineExists } from '../jobs.ts';
import { FilterRefused } from '../pushdown/refusals.ts';
import type { Vocabulary } from '../pushdown/vocabulary.ts';
import { hasMore } from '../wire.ts';
import type { WirePipelineLogs } from '../wire.ts';

/** The largest `limit` that the vendor accepts; more is answered with 422. */
export const LOG_LIMIT = 100;

/** Smaller sizes of the first page of a read. 40 serves the 20 lines that clients request by default. */
export const LADDER: Ladder = { sizes: [25, 40, 60, 80], ahead: 20 };

/**
 * The smallest page. Each page repeats known rows, so a smaller one would make no progress. If even this many rows are
 * too large together, they are cut.
 */
export const LEAST_LIMIT = 4;

/** Search engines stop counting at this number by default, so a total of exactly this means "at least". */
const SUSPECT_TOTAL = 10_000;

/** The log of one pipeline as the vendor pages it, with a filter that the vendor applies. */
export interface NativeLog {
  readonly place: PipelinePlace;
  readonly comparisons: readonly Comparison[];
}

export interface NativeLogOptions {
  readonly http: SourceHttp;
  readonly vocabulary: Vocabulary;
  /** Per source: the clock of `after`. */
  readonly clock: AfterClock;
  /** Per source: what is known about its page length. */
  readonly cap: PageCap;
}

/**
 * Fetches one native page. Throws `FilterRefused` if the vendor refuses the filter, and NOT_FOUND only if the pipeline
 * does not exist: the vendor also answers 404 for a pipeline without logs.
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
    if (comparisons.length > 0 && hasStatus(error, 400, 422)) throw new FilterRefused(comparisons, error);
    if (!hasCode(error, 'NOT_FOUND') || !(await pipelineExists(http, place, call))) throw error;
    return { rows: [], more: false, total: after === null ? 0 : null };
  }
}

interface PageQuestion extends Pick<TimeRequest, 'order' | 'limit'> {
  readonly source: string;
  readonly isWhole: boolean;
}

function pageOf(
  page: WirePipelineLogs,
  cutTo: number | null,
  { source, order, limit, isWhole }: PageQuestion,
): TimePage<LogRow> {
  const more = hasMore(page, limit);
  return {
    rows: logRows({ data: page.data.map(rowOf), odd: page.odd }, cutTo, { source, order, isLast: !more }),
    more: page.has_more,
    total: isWhole ? totalOf(page, more) : null,
    lacksHints: page.has_more === null || page.total === null || page.total < sizeOf(page),
  };
}

/** The vendor's total if it is plausible. Null: it is missing, capped, or lower than the rows on the page. */
function totalOf(page: WirePipelineLogs, more: boolean): number | null {
  const { total } = page;
  if (total === null || total === SUSPECT_TOTAL) return null;
  return total < sizeOf(page) + (more ? 1 : 0) ? null : total;
}
