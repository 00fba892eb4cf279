import type { Call } from '../../domain/call.ts';
import { TributaryError, hasStatus } from '../../domain/errors.ts';
import type { UnreadableRow } from '../../domain/ordered.ts';
import type { Decoder } from '../../http/body/decode.ts';
import type { HttpRequest, SourceHttp } from '../../http/client.ts';
import { endless, ENDS_EARLY, PageGuard, REPEATS } from '../../pagination/core/page-guard.ts';
import { PageSize } from '../../pagination/core/page-size.ts';
import { pageInParts } from '../../pagination/numbered/page-in-parts.ts';
import type { SplitPage } from '../../pagination/numbered/page-in-parts.ts';
import { sizeOf } from '../shared/rows.ts';
import type { Rows } from '../shared/rows.ts';
import { isUnaddressable } from './errors.ts';
import type { JobPath } from './keys.ts';
import { attemptListWire, jobListWire, jobWire, logPageWire, statusTreeWire, stepListWire } from './wire.ts';
import type { ListWire, LogRowWire, StepWire } from './wire.ts';

/** Rows per page of list calls. */
const LIST_PAGE_SIZE = 100;

/** Most pages of a list requested in parallel. */
const SIDE_BY_SIDE = 8;

/** Most pages of a list that is short by nature. */
const MOST_PAGES = 100;

/** The parameters of one log call: names, not entity ids. Undefined members are not sent. */
export interface LogQuery {
  readonly limit: number;
  readonly pageCursor: string | null;
  readonly attempt?: string | undefined;
  readonly step?: string | undefined;
  readonly task?: string | undefined;
}

export interface LogPage extends Rows<LogRowWire> {
  readonly next: string | null;
  /** The byte length that strings were cut to; null: nothing was cut. */
  readonly cutTo: number | null;
  /** Null also on an empty page after the first, where the vendor always states 0. */
  readonly total: number | null;
}

export type NemoApi = ReturnType<typeof createNemoApi>;

/** The API calls to the jobs service, with decoded answers. */
export function createNemoApi(http: SourceHttp) {
  async function get<T>(place: Address, query: Query, decoder: Decoder<T>, call: Call): Promise<T> {
    const { data } = await http.json({ method: 'GET', ...place, query }, decoder, call);
    return data;
  }

  const listRows = new PageSize(LIST_PAGE_SIZE);

  /**
   * Reads all rows of a list that is short by nature. A page that does not fit into an answer is read in parts, and a
   * row that does not fit even alone counts as unreadable.
   */
  async function all<T>(...[place, sort, decoder, keyOf, call]: ShortList<T>): Promise<Rows<T>> {
    return allOf(LIST_PAGE_SIZE);

    /** Requests counted pages in parallel, up to `SIDE_BY_SIDE`. */
    async function allOf(pageSize: number): Promise<Rows<T>> {
      const guard = new PageGuard();
      const pages: ListWire<T>[] = [];
      const asked = new Set<number>();
      /** The length of the shortest page followed by others. */
      let cap = pageSize;
      const fetch = async (index: number, rows: number): Promise<ListWire<T>> => {
        asked.add(rows);
        const page = await get(place, { page: index + 1, page_size: rows, sort }, decoder, call);
        if (sizeOf(page) > 0 && sizeOf(page) < rows && !isLast(page, index, rows)) cap = Math.min(cap, sizeOf(page));
        return page;
      };
      for (let ahead = 1; ahead > 0; ahead = countAhead(pages, pageSize)) {
        if (pages.length >= MOST_PAGES) throw tooMany(http.source);
        const next = await Promise.all(
          Array.from({ length: ahead }, async (_, index) =>
            pageOf(
              await pageInParts<ListWire<T>>({
                ...IN_PARTS,
                size: listRows,
                index: pages.length + index,
                pageSize,
                fetch,
              }),
              pageSize,
            ),
          ),
        );
        for (const page of next) {
          const isNew = guard.isNew([...page.data.map(keyOf), ...page.odd.map(({ id }) => id)]);
          if (!isNew && sizeOf(page) > 0) throw endless(http.source, REPEATS);
          pages.push(page);
        }
      }
      const [first] = pages;
      if (first !== undefined && sizeOf(first) === 0 && countsRows(first)) throw endless(http.source, ENDS_EARLY);
      // Nothing came behind the last rows, and still the list counts more.
      const counted = pages.findLast((page) => page.total_results !== null)?.total_results ?? 0;
      if (counted > pages.reduce((sum, page) => sum + sizeOf(page), 0)) throw endless(http.source, ENDS_EARLY);
      // The vendor pages with its own size, so parts of another size would not line up: start over with that size.
      if (cap < pageSize && [...asked].some((rows) => rows !== pageSize)) return allOf(cap);
      return { data: pages.flatMap(({ data }) => data), odd: pages.flatMap(({ odd }) => odd) };
    }
  }

  return {
    /** Page numbers count from 1. `names`: only jobs with these names; the vendor applies them before it pages. */
    listJobs: (workspace: string, page: number, size: number, call: Call, names?: readonly string[]) => {
      const filter = names === undefined ? undefined : JSON.stringify({ name: { $in: names } });
      return get(jobsOf(workspace), { page, page_size: size, sort: '-created_at', filter }, jobListWire, call);
    },
    /** Null: there is no such job. */
    async job(place: JobPath, call: Call) {
      try {
        return await get(partOf(place), undefined, jobWire, call);
      } catch (error) {
        // The job or the route does not exist.
        if (hasStatus(error, 404, 405) || isUnaddressable(error)) return null;
        throw error;
      }
    },
    statusTree: (place: JobPath, call: Call) => get(partOf(place, 'status'), undefined, statusTreeWire, call),
    /** Steps of all attempts, oldest first. */
    steps: (place: JobPath, call: Call) => all(partOf(place, 'steps'), 'created_at', stepListWire, stepKeyOf, call),
    /** Newer generations only. */
    attempts: (place: JobPath, call: Call) =>
      all(partOf(place, 'attempts'), 'seq', attemptListWire, ({ id }) => id, call),
    async logs(place: JobPath, { limit, pageCursor, attempt, step, task }: LogQuery, call: Call): Promise<LogPage> {
      const query = { limit, page_cursor: pageCursor, attempt_id: attempt, step_id: step, task_id: task };
      const request = { method: 'GET', ...partOf(place, 'logs'), query, cutsStrings: limit === 1 } as const;
      const { data: page, cutTo } = await http.json(request, logPageWire, call);
      const { data, odd, next_page: next, total } = page;
      const uncounted = sizeOf(page) === 0 && pageCursor !== null;
      return { data, odd, next, cutTo, total: uncounted ? null : total };
    },
  };
}

/**
 * The number of pages to request next; 0: the end. The vendor's count of pages is only a hint. Nothing is filtered out
 * of these lists, so an empty page is the end, and a full page is not.
 */
function countAhead(pages: readonly ListWire<unknown>[], pageSize: number): number {
  const last = pages.at(-1);
  if (last === undefined || pages.some((page) => sizeOf(page) === 0)) return 0;
  const counted = (last.total_pages ?? 0) - pages.length;
  if (counted > 0) return Math.min(SIDE_BY_SIDE, counted, MOST_PAGES - pages.length);
  const read = pages.reduce((sum, page) => sum + sizeOf(page), 0);
  return sizeOf(last) >= pageSize || (last.total_results ?? 0) > read ? 1 : 0;
}

const IN_PARTS = {
  isLast,
  tooLarge: (row: UnreadableRow) => ({ data: [], odd: [{ ...row, index: 0 }], total_pages: null, total_results: null }),
};

/** True if an answer without rows counts some. An empty list may have one page. */
function countsRows({ total_results: rows, total_pages: pages }: ListWire<unknown>): boolean {
  return rows === null ? (pages ?? 0) > 1 : rows > 0;
}

/** True if nothing suggests that rows follow a native page (counted from 0, with `rows` rows per page). */
function isLast(page: ListWire<unknown>, index: number, rows: number): boolean {
  const size = sizeOf(page);
  if (size === 0) return true;
  return (page.total_pages ?? 0) <= index + 1 && size < rows && (page.total_results ?? 0) <= index * rows + size;
}

/** Joins parts into one page. The vendor's count of pages refers to the size of the last part. */
function pageOf<T>({ parts, rows }: SplitPage<ListWire<T>>, pageSize: number): ListWire<T> {
  const { total_pages: pages = null, total_results = null } = parts.findLast((part) => part.total_pages !== null) ?? {};
  return {
    data: parts.flatMap(({ data }) => data),
    odd: parts.flatMap(({ odd }) => odd),
    total_pages: pages === null ? null : Math.ceil((pages * rows) / pageSize),
    total_results,
  };
}

/** A list's place and order, its decoder, the key of its rows, and the call. */
type ShortList<T> = [
  place: Address,
  sort: string,
  decoder: Decoder<ListWire<T>>,
  keyOf: (row: T) => string,
  call: Call,
];

function stepKeyOf({ id, name, attempt_id: attempt, created_at: created }: StepWire): string {
  return JSON.stringify([id, name, attempt, created?.text]);
}

function tooMany(source: string): TributaryError {
  return new TributaryError('SOURCE_TRUNCATED', `${source}: this list has more than ${MOST_PAGES} pages`, { source });
}

type Query = Readonly<Record<string, string | number | null | undefined>> | undefined;

type Address = Pick<HttpRequest, 'path' | 'route'>;

const ROUTE = '/apis/jobs/v2/workspaces/{workspace}/jobs';

function jobsOf(workspace: string): Address {
  return { path: ['apis', 'jobs', 'v2', 'workspaces', workspace, 'jobs'], route: ROUTE };
}

/** The place of a job, or of a resource below it. */
function partOf({ workspace, name }: JobPath, ...parts: readonly string[]): Address {
  return { path: [...jobsOf(workspace).path, name, ...parts], route: [`${ROUTE}/{job}`, ...parts].join('/') };
}
