import type { Call } from '../../domain/call.ts';
import { nullIfNotFound, TributaryError } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import type { SourceHttp } from '../../http/client.ts';
import { Mismatch } from '../../http/body/mismatch.ts';
import { outOfReach } from '../../pagination/numbered/locate.ts';
import { ENDS_EARLY } from '../../pagination/core/page-guard.ts';
import { moreBehind } from '../../pagination/core/page-end.ts';
import { PageSize, tooLargeRow } from '../../pagination/core/page-size.ts';
import type { JobFilter } from '../connector.ts';
import { numberedRows } from '../shared/numbered-page.ts';
import { sizeOf, unreadableOf } from '../shared/rows.ts';
import type { OddRow } from '../shared/rows.ts';
import { fieldsOf, refuseErrors } from '../shared/wire.ts';
import type { Fields } from '../shared/wire.ts';
import { ask, pageOrEnd } from './api.ts';
import { endsEarly } from './early-end.ts';
import type { CountedPage, SeenPages } from './early-end.ts';
import type { Parameters } from './api.ts';
import { variablesOf } from './keys.ts';
import { tokenIn } from './logs/tokens.ts';
import type { DescribedJobs } from './options.ts';
import { pathOf, valueAt } from './description/paths.ts';
import type { JobPaging } from './description/paging-options.ts';
import { jobReader, membersOf, pageDecoder } from './wire.ts';
import type { WirePage } from './wire.ts';

/** The assumed page size of a list that comes as a whole. */
const WHOLE_PAGE = 1_000;

const NOTHING: WirePage<Job> = { data: [], odd: [], total: null, more: false, next: null };

/** A job, and the error that its answer reports; null: none. */
interface FoundJob {
  readonly job: Job;
  readonly complaint: Mismatch | null;
}

interface JobRows {
  readonly rows: readonly Job[];
  readonly odd: readonly OddRow[];
  readonly more: boolean | null;
  readonly total: number | null;
}

export function createJobs(http: SourceHttp, options: DescribedJobs) {
  const { list, one } = options;
  const { pagination: paging } = list;
  const readJob = jobReader(options, http.source);
  const decoder = pageDecoder({ ...paging, items: list.items, key: 'jobs.list.items' }, readJob);
  const item = pathOf(one.item);
  const keyParts = [options.key].flat().length;
  const pageSize = paging.scheme === 'whole' ? WHOLE_PAGE : paging.pageSize;
  const isSized = paging.scheme !== 'whole' && paging.sizeParameter !== undefined;
  const size = new PageSize(pageSize);

  const decodeJob = (body: unknown): FoundJob => {
    const fields = fieldsOf(body);
    const complaint = complaintIn(fields);
    try {
      return { job: readJob(fieldsOf(valueAt(fields, item))), complaint };
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      if (complaint !== null) throw complaint;
      const { path, message } = error.below(one.item === '$' ? '' : one.item);
      throw new Mismatch(path, `${message}; jobs.one.item is "${one.item}"`, membersOf(body));
    }
  };

  async function fetch(index: number, rows: number, call: Call): Promise<WirePage<Job>> {
    if (paging.scheme === 'token') return tokenPages(paging, rows, call).page(index);
    if (paging.scheme === 'whole' && index > 0) return NOTHING;
    return pageOrEnd(index === 0, (isFirst) => get(placeOf(paging, isFirst ? 0 : index, rows), rows, call), NOTHING);
  }

  async function get(place: Parameters, rows: number, call: Call): Promise<WirePage<Job>> {
    const sized = paging.scheme === 'whole' ? [] : [[paging.sizeParameter, rows] as const];
    // The row after one that does not fit can be reached only by the token in the same answer.
    const cutsStrings = paging.scheme === 'token' && rows === 1;
    const question = { variables: {}, parameters: [...place, ...sized], cutsStrings };
    const { data, cutTo } = await ask(http, list, question, decoder, call);
    if (cutTo === null || !cutsStrings) return data;
    return { ...data, data: [], odd: [{ ...tooLargeRow(0), id: JSON.stringify(place), index: 0 }] };
  }

  function tokenPages(token: TokenPaging, rows: number, call: Call): TokenPages {
    return call.scoped(list, `pages of ${rows}`, () => new TokenPages(token, (place) => get(place, rows, call)));
  }

  const said = ({ total, more, next }: WirePage<Job>): { total: number | null; more: boolean | null } => {
    return { total, more: paging.scheme === 'token' ? next !== null : more };
  };

  /** Fetches a page, in smaller pages if it does not fit into an answer. */
  function sizedPage(index: number, call: Call): Promise<JobRows> {
    return numberedRows<WirePage<Job>>({
      size,
      index,
      pageSize,
      keyOf: ({ key }) => key,
      isWalked: paging.scheme === 'token',
      fetch: (at, count) => fetch(at, count, call),
      said,
      pageOfOdd: (unread) => ({ ...NOTHING, more: null, odd: unread }),
    });
  }

  /** Fetches a page that cannot be split into smaller ones. */
  async function wholePage(index: number, call: Call): Promise<JobRows> {
    const page = await fetch(index, pageSize, call);
    const count = sizeOf(page);
    const { total, more } = said(page);
    if (paging.scheme === 'whole') return { rows: page.data, odd: page.odd, more: false, total: page.data.length };
    const behind = moreBehind({ start: index * pageSize, count, asked: pageSize, total, said: more });
    return { rows: page.data, odd: page.odd, more: behind, total };
  }

  return {
    list: {
      key: '',
      pageSize,
      isNewestFirst: () => list.order === 'descending' && paging.scheme !== 'whole',
      async page(index: number, filter: JobFilter, call: Call) {
        const read = (current: Call) => (isSized ? sizedPage(index, current) : wholePage(index, current));
        const { rows, odd, more, total } = await read(call);
        const seen = call.scoped(list, 'seen pages', (): SeenPages => new Map());
        const again = async (current: Call) => countedOf(await read(current));
        return {
          contradiction: (await endsEarly(index, seen, countedOf({ rows, odd, more, total }), again, call))
            ? EARLY
            : undefined,
          jobs: rows,
          more,
          total,
          filtered: filter.statusIn === undefined && filter.nameContains === undefined,
          unreadable: unreadableOf(odd),
        };
      },
    },
    async getJob(key: string, call: Call) {
      const variables = variablesOf(key, keyParts);
      if (variables === null) return null;
      const found = await ask(http, one, { variables, parameters: [] }, decodeJob, call).catch(nullIfNotFound);
      if (found === null) return null;
      const { job, complaint } = found.data;
      // A failed job may say why it failed. But an error may have an id, too.
      if (complaint !== null && job.key.toLowerCase() !== key.toLowerCase())
        throw new TributaryError('SOURCE_BAD_RESPONSE', `${http.source}: ${complaint.text}`, { source: http.source });
      // Keep the requested key, even if the source answers with another spelling.
      return { ...job, key };
    },
    async count(call: Call) {
      const page = await fetch(0, isSized ? 1 : pageSize, call);
      return paging.scheme === 'whole' ? page.data.length + page.odd.length : page.total;
    },
  };
}

const EARLY = `${ENDS_EARLY} (jobs.list.pagination)`;

const countedOf = ({ rows, odd, more, total }: JobRows): CountedPage => ({
  count: rows.length + odd.length,
  more,
  total,
});

/** The error that the answer reports, if any. */
function complaintIn(fields: Fields): Mismatch | null {
  try {
    refuseErrors(fields);
    return null;
  } catch (error) {
    if (error instanceof Mismatch) return error;
    throw error;
  }
}

/** The parameters for the start of a page. */
function placeOf(paging: JobPaging, index: number, rows: number): Parameters {
  if (paging.scheme === 'page') return [[paging.parameter, paging.first + index]];
  if (paging.scheme === 'offset') return [[paging.parameter, paging.first + index * rows]];
  return [];
}

type TokenPaging = Extract<JobPaging, { scheme: 'token' }>;

/** Numbered access to pages with tokens: a page is reached from the nearest earlier page whose token is known. */
class TokenPages {
  readonly #paging: TokenPaging;
  readonly #get: (place: Parameters) => Promise<WirePage<Job>>;
  /** The tokens of pages from 0 on; null: the page before was the last. */
  readonly #tokens: (string | null)[] = [];

  constructor(paging: TokenPaging, get: (place: Parameters) => Promise<WirePage<Job>>) {
    this.#paging = paging;
    this.#get = get;
  }

  async page(index: number): Promise<WirePage<Job>> {
    let at = Math.min(index, this.#tokens.length);
    for (let walked = 0; ; walked += 1) {
      const token = at === 0 ? null : this.#tokens[at - 1];
      if (token === undefined || (token === null && at > 0)) return NOTHING;
      if (walked > this.#paging.maxWalk) throw outOfReach(this.#paging.maxWalk);
      const page = await this.#get([[this.#paging.parameter, token]]);
      const isEnd = page.data.length + page.odd.length === 0 && this.#paging.emptyIsEnd;
      const next = isEnd ? null : tokenIn(page.next, this.#paging.parameter);
      this.#tokens[at] = next;
      if (at === index) return { ...page, next };
      if (next === null) return NOTHING;
      at += 1;
    }
  }
}
