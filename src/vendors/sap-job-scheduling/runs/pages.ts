import type { Call } from '../../../domain/call.ts';
import { hasStatus } from '../../../domain/errors.ts';
import type { SourceHttp } from '../../../http/client.ts';
import type { KeysetRequest } from '../../../pagination/record-keyset/list.ts';
import { NO_ODD_ROWS } from '../../shared/rows.ts';
import type { OddRow } from '../../shared/rows.ts';
import { hasLinks } from './paging-facts.ts';
import type { PagingFacts } from './paging-facts.ts';
import { getRuns } from '../api.ts';
import type { ScheduleRef } from '../api.ts';
import type { NativeRun, NativeRunPage } from './wire.ts';

/** A page of one schedule's runs in native order, for both dialects. Its statements besides the runs are hints. */
export interface RunPage {
  readonly runs: readonly NativeRun[];
  readonly total: number | null;
  readonly more: boolean | null;
  readonly moreBefore: boolean | null;
  readonly cursors: boolean;
  /** Runs that could not be read and have no place on the page. */
  readonly lost: readonly OddRow[];
}

type BesideRequest = Extract<KeysetRequest, { readonly kind: 'after' | 'before' }>;

const NOT_UNDERSTOOD: RunPage = {
  runs: [],
  total: null,
  more: null,
  moreBefore: null,
  cursors: false,
  lost: NO_ODD_ROWS,
};

/**
 * GET …/runs in both dialects. Offsets are sent as the newer documents count them, from 0. By the older ones the first
 * run has the number 1: then a page begins one run earlier, which repeats a run and skips none.
 */
export class RunPages {
  readonly #http: SourceHttp;
  readonly #facts: PagingFacts;

  constructor(http: SourceHttp, facts: PagingFacts) {
    this.#http = http;
    this.#facts = facts;
  }

  async fetch(ref: ScheduleRef, request: KeysetRequest, limit: number, call: Call): Promise<RunPage> {
    switch (request.kind) {
      case 'first':
        return this.#at(ref, 0, limit, call);
      case 'offset':
        return this.#at(ref, request.offset, limit, call);
      default:
        return this.#beside(ref, request, limit, call);
    }
  }

  async #at(ref: ScheduleRef, offset: number, limit: number, call: Call): Promise<RunPage> {
    // A page size without an offset: both dialects then skip nothing.
    const page = await this.#send(ref, limit, { offset: offset === 0 ? null : offset }, call);
    this.#facts.learn(page, offset);
    const mayBeginEarlier = limit === 1 && this.#facts.cursors !== true;
    return this.#pageOf(
      mayBeginEarlier ? await this.#withNext(ref, page, offset, call) : page,
      offset > 0 ? null : false,
    );
  }

  /**
   * If pages may begin one run early, a page of a single run may contain no new run, so the next run is fetched too.
   */
  async #withNext(ref: ScheduleRef, page: NativeRunPage, offset: number, call: Call): Promise<NativeRunPage> {
    const [run] = page.results;
    if (run === undefined) return page;
    let next = await this.#send(ref, 1, { offset: offset + 1 }, call);
    // If offsets count from 1, offsets 0 and 1 both give the first run.
    if (next.results[0]?.runId === run.runId) next = await this.#send(ref, 1, { offset: offset + 2 }, call);
    const fresh = next.results.filter(({ runId }) => runId !== run.runId);
    return { ...next, results: [run, ...fresh], lost: [...page.lost, ...next.lost] };
  }

  async #beside(ref: ScheduleRef, { kind, id }: BesideRequest, limit: number, call: Call): Promise<RunPage> {
    // An instance without cursors would answer with its first page.
    if (this.#facts.cursors === false) return NOT_UNDERSTOOD;
    const parameter = kind === 'after' ? 'next' : 'prev';
    const page = await this.#send(ref, limit, { [parameter]: id }, call);
    this.#facts.learnLinks(page);
    if (!this.#understood(page, id, limit)) {
      this.#facts.learn(page, 0);
      return { ...this.#pageOf(page, false), cursors: false };
    }
    const { next_url, prev_url, results, total, lost } = page;
    return { runs: results, total, more: isLink(next_url), moreBefore: isLink(prev_url), cursors: true, lost };
  }

  /** True if the instance followed the run id, instead of ignoring it and answering with its first page. */
  #understood(page: NativeRunPage, id: string, limit: number): boolean {
    if (page.results.some((run) => run.runId === id)) return false;
    if (hasLinks(page) || page.results.length === 0) return true;
    if (this.#facts.cursors === true) return true;
    // The first page would be full, or contain all runs.
    return page.total !== null && page.results.length < Math.min(page.total, limit);
  }

  async #send(
    ref: ScheduleRef,
    limit: number,
    place: Readonly<Record<string, string | number | null>>,
    call: Call,
  ): Promise<NativeRunPage> {
    const { data, cutTo } = await getRuns(this.#http, ref, { page_size: limit, ...place }, call);
    return cutTo === null ? data : { ...data, results: data.results.map((run) => ({ ...run, cutTo })) };
  }

  #pageOf({ results, total, next_url, lost }: NativeRunPage, moreBefore: boolean | null): RunPage {
    const cursors = this.#facts.cursors === true;
    const more = isLink(next_url) ? true : cursors ? false : null;
    return { runs: results, total, more, moreBefore, cursors, lost };
  }
}

/** True for the error of a run id that was purged or never existed. Its status is not documented. */
export function isCursorRefused(error: unknown): boolean {
  return hasStatus(error, 400, 404, 410, 422);
}

function isLink(link: string | null | undefined): boolean {
  return typeof link === 'string';
}
