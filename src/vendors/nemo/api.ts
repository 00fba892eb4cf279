import type { Call } from '../../domain/call.ts';
import type { Decoder } from '../../http/body/decode.ts';
import type { SourceHttp } from '../../http/client.ts';
import { sizeOf } from '../shared/rows.ts';
import type { Rows } from '../shared/rows.ts';
import { isAbsent, isUnaddressable } from './errors.ts';
import type { JobPlace } from './keys.ts';
import { attemptListWire, jobListWire, jobWire, logPageWire, statusTreeWire, stepListWire } from './wire.ts';
import type { AttemptWire, JobWire, ListWire, LogRowWire, StatusTreeWire, StepWire } from './wire.ts';

/** Rows of a list call, as far as the vendor takes them. */
const LIST_PAGE_SIZE = 100;

/** How many pages of a list are asked for side by side. */
const SIDE_BY_SIDE = 8;

/** One log call: names, not entity ids; undefined parts are not sent. */
export interface LogQuery {
  readonly limit: number;
  readonly pageCursor: string | null;
  readonly attempt?: string | undefined;
  readonly step?: string | undefined;
  readonly task?: string | undefined;
}

export interface LogPage extends Rows<LogRowWire> {
  readonly next: string | null;
  /** Null also on an empty page past the first: there the vendor says 0, whatever there is. */
  readonly total: number | null;
}

/** The calls of the jobs service that are made, decoded. */
export interface NemoApi {
  /** Page numbers count from 1. */
  listJobs(workspace: string, page: number, size: number, call: Call): Promise<ListWire<JobWire>>;
  /** Null when there is none. */
  job(place: JobPlace, call: Call): Promise<JobWire | null>;
  statusTree(place: JobPlace, call: Call): Promise<StatusTreeWire>;
  /** Steps of all attempts, oldest first. */
  steps(place: JobPlace, call: Call): Promise<Rows<StepWire>>;
  /** Newer generations only. */
  attempts(place: JobPlace, call: Call): Promise<Rows<AttemptWire>>;
  logs(place: JobPlace, query: LogQuery, call: Call): Promise<LogPage>;
}

export function createNemoApi(http: SourceHttp): NemoApi {
  async function get<T>(path: readonly string[], query: Query, decoder: Decoder<T>, call: Call): Promise<T> {
    const { data } = await http.json({ method: 'GET', path, query }, decoder, call);
    return data;
  }

  /** All pages of a list that is short by nature; pages after the first some side by side. */
  async function all<T>(
    path: readonly string[],
    sort: string,
    decoder: Decoder<ListWire<T>>,
    call: Call,
  ): Promise<Rows<T>> {
    const ask = (page: number): Promise<ListWire<T>> =>
      get(path, { page, page_size: LIST_PAGE_SIZE, sort }, decoder, call);
    const first = await ask(1);
    const pages = [first];
    const count = first.total_pages ?? 1;
    // An empty page ends a list that nothing is filtered out of, whatever its count of pages says.
    for (let ended = sizeOf(first) === 0; !ended && pages.length < count;) {
      const length = Math.min(SIDE_BY_SIDE, count - pages.length);
      const next = await Promise.all(Array.from({ length }, async (_, index) => ask(pages.length + 1 + index)));
      pages.push(...next);
      ended = next.some((page) => sizeOf(page) === 0);
    }
    return { data: pages.flatMap(({ data }) => data), odd: pages.flatMap(({ odd }) => odd) };
  }

  return {
    listJobs: (workspace, page, size, call) =>
      get(jobsPath(workspace), { page, page_size: size, sort: '-created_at' }, jobListWire, call),
    async job(place, call) {
      try {
        return await get(jobPath(place), undefined, jobWire, call);
      } catch (error) {
        if (isAbsent(error) || isUnaddressable(error)) return null;
        throw error;
      }
    },
    statusTree: (place, call) => get([...jobPath(place), 'status'], undefined, statusTreeWire, call),
    steps: (place, call) => all([...jobPath(place), 'steps'], 'created_at', stepListWire, call),
    attempts: (place, call) => all([...jobPath(place), 'attempts'], 'seq', attemptListWire, call),
    async logs(place, { limit, pageCursor, attempt, step, task }, call) {
      const query = { limit, page_cursor: pageCursor, attempt_id: attempt, step_id: step, task_id: task };
      const page = await get([...jobPath(place), 'logs'], query, logPageWire, call);
      const { data, odd, next_page: next, total } = page;
      const uncounted = sizeOf(page) === 0 && pageCursor !== null;
      return { data, odd, next, total: uncounted ? null : total };
    },
  };
}

type Query = Readonly<Record<string, string | number | null | undefined>> | undefined;

function jobsPath(workspace: string): readonly string[] {
  return ['apis', 'jobs', 'v2', 'workspaces', workspace, 'jobs'];
}

function jobPath({ workspace, name }: JobPlace): readonly string[] {
  return [...jobsPath(workspace), name];
}
