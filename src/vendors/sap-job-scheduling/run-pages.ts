import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { SourceHttp } from '../../http/client.ts';
import type { KeysetRequest } from '../../pagination/record-keyset.ts';
import { hasLinks } from './paging-facts.ts';
import type { FirstOffset, PagingFacts, SentPage } from './paging-facts.ts';
import { runPageDecoder } from './wire.ts';
import type { NativeRun, NativeRunPage } from './wire.ts';

/** A page of one schedule's runs, whatever the dialect. Native order. */
export interface RunPage {
  readonly runs: readonly NativeRun[];
  readonly total: number | null;
  readonly more: boolean | null;
  readonly moreBefore: boolean | null;
  readonly cursors: boolean;
}

/** Which schedule's runs. */
export interface ScheduleRef {
  readonly job: string;
  readonly schedule: string;
}

/** How many runs are asked for to learn the number of the first one: enough for some that come meanwhile. */
const PROBE_SIZE = 10;

const NOT_UNDERSTOOD: RunPage = { runs: [], total: null, more: null, moreBefore: null, cursors: false };

/** GET …/runs in both dialects. Offsets count from 0 here; what the instance counts from is found out. */
export class RunPages {
  readonly #http: SourceHttp;
  readonly #facts: PagingFacts;
  readonly #pageSize: number;

  constructor(http: SourceHttp, facts: PagingFacts, pageSize: number) {
    this.#http = http;
    this.#facts = facts;
    this.#pageSize = pageSize;
  }

  async fetch(ref: ScheduleRef, request: KeysetRequest, call: Call): Promise<RunPage> {
    switch (request.kind) {
      case 'first':
        return this.#first(ref, call);
      case 'offset':
        return request.offset === 0 ? this.#first(ref, call) : this.#at(ref, request.offset, call);
      default:
        return this.#beside(ref, request.kind, request.id, call);
    }
  }

  async #first(ref: ScheduleRef, call: Call): Promise<RunPage> {
    // A page size without an offset: both dialects then skip nothing.
    return this.#pageOf(await this.#ask(ref, { offset: null, pageSize: this.#pageSize }, call), 0);
  }

  async #at(ref: ScheduleRef, offset: number, call: Call): Promise<RunPage> {
    let first = this.#facts.likelyFirstOffset;
    let page = await this.#ask(ref, { offset: offset + first, pageSize: this.#pageSize }, call);
    const actual = this.#facts.firstOffset ?? (await this.#probeFirstOffset(ref, page, call)) ?? first;
    if (actual !== first) {
      first = actual;
      page = await this.#ask(ref, { offset: offset + first, pageSize: this.#pageSize }, call);
    }
    return this.#pageOf(page, offset);
  }

  /** Null where the answers so far are enough, or where an instance contradicts itself. */
  async #probeFirstOffset(ref: ScheduleRef, page: NativeRunPage, call: Call): Promise<FirstOffset | null> {
    // Cursors and counting from 0 came together, and whoever reads on does so by cursor.
    if (this.#facts.cursors === true || page.total === null || page.total < 2) return null;
    await this.#ask(ref, { offset: page.total - 1, pageSize: PROBE_SIZE }, call);
    return this.#facts.firstOffset;
  }

  async #beside(ref: ScheduleRef, kind: 'after' | 'before', id: string, call: Call): Promise<RunPage> {
    // An instance without cursors would answer its first page, which nobody asked for.
    if (this.#facts.cursors === false) return NOT_UNDERSTOOD;
    const parameter = kind === 'after' ? 'next' : 'prev';
    const page = await this.#send(ref, { page_size: this.#pageSize, [parameter]: id }, call);
    this.#facts.learnLinks(page);
    if (!this.#understood(page, id)) {
      this.#facts.learn(page, { offset: null, pageSize: this.#pageSize });
      return { ...this.#pageOf(page, 0), cursors: false };
    }
    const more = kind === 'before' ? true : isLink(page.next_url);
    const moreBefore = kind === 'after' ? true : isLink(page.prev_url);
    return { runs: page.results, total: page.total, more, moreBefore, cursors: true };
  }

  /** Did the instance follow the run id, or ignore it and answer its first page? */
  #understood(page: NativeRunPage, id: string): boolean {
    if (page.results.some((run) => run.runId === id)) return false;
    if (hasLinks(page) || page.results.length === 0) return true;
    if (this.#facts.cursors === true) return true;
    // The first page would be full, or hold all that there is.
    return page.total !== null && page.results.length < Math.min(page.total, this.#pageSize);
  }

  async #ask(ref: ScheduleRef, sent: SentPage, call: Call): Promise<NativeRunPage> {
    const page = await this.#send(ref, { page_size: sent.pageSize, offset: sent.offset }, call);
    this.#facts.learn(page, sent);
    return page;
  }

  async #send(
    { job, schedule }: ScheduleRef,
    query: Readonly<Record<string, string | number | null>>,
    call: Call,
  ): Promise<NativeRunPage> {
    const path = ['scheduler', 'jobs', job, 'schedules', schedule, 'runs'];
    return (await this.#http.json({ method: 'GET', path, query }, runPageDecoder, call)).data;
  }

  #pageOf(page: NativeRunPage, start: number): RunPage {
    const { results, total } = page;
    const counted = total === null ? null : results.length > 0 && start + results.length < total;
    return {
      runs: results,
      total,
      more: isLink(page.next_url) ? true : (counted ?? (this.#facts.cursors === true ? false : null)),
      moreBefore: start > 0,
      cursors: this.#facts.cursors === true,
    };
  }
}

/** Is it the error of a run id that has been purged or never was? Which status that has is not documented. */
export function isCursorRefused(error: unknown): boolean {
  return error instanceof TributaryError && [400, 404, 410, 422].includes(error.status ?? 0);
}

function isLink(link: string | null | undefined): boolean {
  return typeof link === 'string';
}
