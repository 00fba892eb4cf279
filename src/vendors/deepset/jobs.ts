import type { Call } from '../../domain/call.ts';
import { asError, nullIfNotFound } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import type { SourceHttp } from '../../http/client.ts';
import type { JobList } from '../connector.ts';
import { ListedByWorkspace } from '../shared/listed-first.ts';
import { numberedRows } from '../shared/numbered-page.ts';
import { PageSize } from '../../pagination/core/page-size.ts';
import { unreadableOf } from '../shared/rows.ts';
import { sumOf } from '../shared/totals.ts';
import { jobOf } from './parts.ts';
import { listPipelines, readPipeline } from './api.ts';
import type { PipelinePlace } from './keys.ts';
import type { WireList, WirePipeline } from './wire.ts';

/** The largest page of pipelines. */
const PIPELINE_LIMIT = 100;

/** The pipeline as a job; null: the vendor does not know it. */
async function getPipeline(http: SourceHttp, place: PipelinePlace, call: Call): Promise<Job | null> {
  const data = await readPipeline(http, place, call).catch(nullIfNotFound);
  // Keep the requested key, even if the vendor answers with another case or spelling.
  return data && jobOf({ ...data, name: place.name }, place.workspace, http.source);
}

/** Pipelines by place, each with its own result. Many of one workspace are found on the pages of its list. */
export class PipelineLoader {
  readonly #http: SourceHttp;
  readonly #lists = new ListedByWorkspace<WirePipeline>();

  constructor(http: SourceHttp) {
    this.#http = http;
  }

  async load(places: readonly PipelinePlace[], call: Call): Promise<readonly (Job | null | Error)[]> {
    const listed = await this.#lists.find(places, async (workspace, _, index) => {
      const { data, has_more: more, total } = await listPipelines(this.#http, workspace, index, PIPELINE_LIMIT, call);
      const rows = data.filter(({ isWhole }) => isWhole).map((wire) => [wire.name, wire] as const);
      return { rows, size: PIPELINE_LIMIT, total, more };
    });
    return Promise.all(
      places.map(async (place) => {
        const row = listed(place);
        if (row !== undefined) return jobOf(row, place.workspace, this.#http.source);
        return getPipeline(this.#http, place, call).catch(asError);
      }),
    );
  }
}

export async function pipelineExists(http: SourceHttp, place: PipelinePlace, call: Call): Promise<boolean> {
  return (await getPipeline(http, place, call)) !== null;
}

/**
 * One list per workspace, newest first. It is assumed that page numbers follow this order. The vendor's `before` and
 * `after` are not used: they follow creation time regardless of the sort, and do not allow jumps.
 */
export function pipelineLists(http: SourceHttp, workspaces: readonly string[]): readonly JobList[] {
  return workspaces.map((workspace) => pipelineList(http, workspace));
}

function pipelineList(http: SourceHttp, workspace: string): JobList {
  const size = new PageSize(PIPELINE_LIMIT);
  return {
    key: workspace,
    pageSize: PIPELINE_LIMIT,
    isNewestFirst: () => true,
    async page(index, filter, call) {
      const { rows, odd, more, total } = await numberedRows<WireList<WirePipeline>>({
        size,
        index,
        pageSize: PIPELINE_LIMIT,
        keyOf: ({ name }) => name,
        fetch: (page, count) => listPipelines(http, workspace, page, count, call),
        said: (page) => ({ total: page.total, more: page.has_more }),
        pageOfOdd: (unread) => ({ data: [], odd: unread, total: null, has_more: null }),
      });
      return {
        jobs: rows.map((wire) => jobOf(wire, workspace, http.source)),
        more,
        total,
        filtered: filter.statusIn === undefined && filter.nameContains === undefined,
        unreadable: unreadableOf(odd),
      };
    },
  };
}

/** Counts pipelines with one small call per workspace, which also proves that the API key has access to it. */
export async function countPipelines(
  http: SourceHttp,
  workspaces: readonly string[],
  call: Call,
): Promise<number | null> {
  const pages = await Promise.all(workspaces.map(async (workspace) => listPipelines(http, workspace, 0, 1, call)));
  return sumOf(pages.map(({ total }) => total));
}
